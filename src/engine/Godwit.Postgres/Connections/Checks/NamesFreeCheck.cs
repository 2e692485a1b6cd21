using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>Nothing of these names may be there: tables, views, indexes, sequences and types share one name space in a schema.</summary>
internal sealed class NamesFreeCheck : ITargetCheck
{
    private const string Sql =
        """
        SELECT c.relname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                                         WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'index' END
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2)
        UNION ALL
        SELECT t.typname, 'type'
        FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname = $1 AND t.typname = ANY ($2) AND t.typrelid = 0 AND t.typelem = 0
        ORDER BY 1
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = demands.Schema }, new() { Value = demands.Tables.ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var findings = new List<Finding>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (name, kind) = (reader.GetString(0), reader.GetString(1));
            findings.Add(Finding.Error(
                FindingCodes.TargetNotEmpty,
                $"The schema {demands.Schema} already has a {kind} of this name",
                new Place.InTable(name),
                "Move into an empty database or another --schema, or drop what is there"));
        }

        return findings;
    }
}
