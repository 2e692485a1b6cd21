using Godwit.Engine.Ledger;
using Npgsql;

namespace Godwit.Postgres.Ledger;

/// <summary>Asks a target who it is.</summary>
public static class TargetIdentityRows
{
    public static async Task<TargetIdentity> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // The timeline is in the name of the segment that is written now; the one of pg_control_checkpoint() is only that of the last checkpoint
        // (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-BACKUP).
        await using var command = new NpgsqlCommand(
            """
            SELECT (SELECT system_identifier::text FROM pg_control_system()), (SELECT oid::text FROM pg_database WHERE datname = current_database()),
                CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END, to_regclass('godwit.incarnation') IS NOT NULL
            """, connection);
        string system, database, timeline;
        bool hasIncarnation;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (system, database, timeline, hasIncarnation) = (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3));
        }
        if (!hasIncarnation) return new TargetIdentity(system, database, timeline, null);
        await using var incarnation = new NpgsqlCommand("SELECT id FROM godwit.incarnation", connection);
        return new TargetIdentity(system, database, timeline, (Guid?)await incarnation.ExecuteScalarAsync(cancellation));
    }
}
