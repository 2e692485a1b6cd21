using System.Text;
using Godwit.Model.Findings;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>A name that PostgreSQL would refuse or cut, or that Godwit needs for itself. Cut it would be made, and then not found under the name asked for.</summary>
internal sealed class SchemaNameCheck : ITargetCheck
{
    private const string Own = "godwit";

    public Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>(Obstacle(demands.Schema) is { } obstacle
            ? [Finding.Error(FindingCodes.NameChanged, $"The schema cannot be called \"{demands.Schema}\": {obstacle}", remedy: "Choose another --schema")]
            : []);

    // https://www.postgresql.org/docs/current/sql-createschema.html: names that begin with pg_ are reserved.
    private static string? Obstacle(string schema) => schema switch
    {
        "" => "PostgreSQL has no empty names",
        Own => "Godwit keeps its own records there",
        _ when schema.StartsWith("pg_", StringComparison.Ordinal) => "PostgreSQL keeps names that begin with pg_ for itself",
        _ when Encoding.UTF8.GetByteCount(schema) > TargetName.MaximumBytes => $"PostgreSQL keeps {TargetName.MaximumBytes} bytes of a name",
        _ => null,
    };
}
