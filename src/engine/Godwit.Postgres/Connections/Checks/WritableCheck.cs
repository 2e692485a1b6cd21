using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>A standby, or a database or role set to read-only, takes no rows.</summary>
internal sealed class WritableCheck : ITargetCheck
{
    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on'", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(0))
        {
            return [Finding.Error(
                FindingCodes.MissingRight, "The server is a standby and takes no writes", remedy: "Name the primary; with several hosts, add ?target_session_attrs=read-write")];
        }

        return reader.GetBoolean(1)
            ? [Finding.Error(
                FindingCodes.MissingRight,
                "Transactions of this user in this database are read-only",
                remedy: "See default_transaction_read_only of the role, the database and the server")]
            : [];
    }
}
