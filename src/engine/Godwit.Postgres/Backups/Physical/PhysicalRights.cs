using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Backups.Physical;

/// <summary>What a physical backup needs of its role and server; each that is missing is named, with what grants it.</summary>
internal static class PhysicalRights
{
    private const string Question = """
        SELECT rolsuper OR rolreplication, has_function_privilege('pg_create_restore_point(text)', 'EXECUTE'), current_setting('wal_level') <> 'minimal',
            current_setting('max_wal_senders')::int > 1, pg_is_in_recovery(), (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')),
            (SELECT count(*) FROM pg_prepared_xacts), has_function_privilege('pg_switch_wal()', 'EXECUTE'), current_setting('archive_mode') <> 'off'
        FROM pg_roles WHERE rolname = current_user
        """;

    private const string Instead = "A logical backup needs none of this.";

    /// <param name="connection">To the server.</param>
    /// <param name="archived">Whether another program takes the backup, and the server archives its log; otherwise both are streamed from it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="BackupException">Something is missing.</exception>
    public static async Task MustHoldAsync(NpgsqlConnection connection, bool archived, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        await using (var command = new NpgsqlCommand(Question, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            if (!archived && !reader.GetBoolean(0)) Add("the role has not the right REPLICATION, which pg_basebackup needs", "ALTER ROLE … REPLICATION. " + Instead);
            if (!reader.GetBoolean(1)) Add("the role may not name restore points", "GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO the role. " + Instead);
            if (!reader.GetBoolean(7)) Add("the role may not end a segment of the log", "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO the role. " + Instead);
            if (!reader.GetBoolean(2)) Add("wal_level is minimal: the log does not hold what a recovery needs", "Set wal_level to replica, and restart. " + Instead);
            if (!archived && !reader.GetBoolean(3)) Add("max_wal_senders is too small: a base backup takes two", "Set it to 10, and restart. " + Instead);
            if (archived && !reader.GetBoolean(8)) Add("archive_mode is off: the server does not give its log to pgBackRest", "Set archive_mode to on and archive_command to `pgbackrest --stanza=… archive-push %p`, and restart. " + Instead);
            if (reader.GetBoolean(4)) Add("the server is a standby: no restore point can be named there", "Take it from the primary.");
            if (reader.GetInt64(5) > 0) Add("the server has tablespaces of its own, which lie outside its data folder", "Use a logical backup.");
            if (reader.GetInt64(6) > 0) Add("the server has prepared transactions, whose outcome would be open in the backup", "Commit them or roll them back. " + Instead);
        }
        if (findings.Count > 0) throw new BackupException(findings);
        await BackupRights.MustReadAllAsync(connection, cancellation);

        void Add(string message, string remedy) => findings.Add(Finding.Error(FindingCodes.BackupRight, message, null, remedy));
    }
}
