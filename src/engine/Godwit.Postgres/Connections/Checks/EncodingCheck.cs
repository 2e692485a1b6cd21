using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>SQLite's text is Unicode; another encoding could not hold all of it, and SQL_ASCII would hold it unchecked.</summary>
internal sealed class EncodingCheck : ITargetCheck
{
    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_catalog.current_setting('server_encoding')", connection);
        var encoding = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        return encoding == "UTF8"
            ? []
            : [Finding.Error(
                FindingCodes.NotUtf8,
                $"The database's encoding is {encoding}",
                remedy: "Make one that is UTF8: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'")];
    }
}
