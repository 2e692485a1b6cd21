using Godwit.Model.Names;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Uninstalling;

/// <summary>What the schema godwit holds, and whether anybody needs it.</summary>
internal static class GodwitTables
{
    public static async Task<IReadOnlyList<string>> ListAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await TargetQuery.ReadAsync(
            connection, "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = to_regnamespace('godwit') AND c.relkind IN ('r', 'p') ORDER BY 1", r => r.GetString(0), cancellation);

    /// <summary>Nobody reads or writes them until the transaction ends.</summary>
    public static Task LockAsync(NpgsqlConnection connection, IReadOnlyList<string> tables, CancellationToken cancellation) =>
        TargetQuery.ExecuteAsync(connection, $"SET LOCAL lock_timeout = '10s'; LOCK TABLE {Names(tables)} IN ACCESS EXCLUSIVE MODE", cancellation);

    /// <summary>Who still needs the rows, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> NeededByAsync(NpgsqlConnection connection, IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        var needs = new List<string>();
        if (tables.Contains("runs", StringComparer.Ordinal))
        {
            needs.AddRange(await TargetQuery.ReadAsync(
                connection,
                // A move that failed has left its tables, and only its rows here tell `abort` which; one that another came after has nothing left to tell.
                """
                SELECT id, target_schema, state FROM godwit.runs r WHERE state IN ('Running', 'Paused', 'Complete')
                    OR (state = 'Failed' AND NOT EXISTS (SELECT FROM godwit.runs later WHERE later.kind = r.kind AND later.target_schema = r.target_schema AND later.started_at > r.started_at))
                ORDER BY started_at
                """,
                r => $"run {r.GetGuid(0)} of {r.GetString(1)} {(r.GetString(2) == "Failed" ? "failed verification, and what it put there is still there" : $"is {r.GetString(2).ToLowerInvariant()}")}", cancellation));
        }
        if (tables.Contains("leases", StringComparer.Ordinal))
        {
            needs.AddRange(await TargetQuery.ReadAsync(
                connection, "SELECT holder, run FROM godwit.leases WHERE clock_timestamp() - heartbeat < lasts", r => $"{r.GetString(0)} is at work on run {r.GetGuid(1)}", cancellation));
        }
        if (tables.Contains("person_keys", StringComparer.Ordinal)) needs.AddRange(await Keyring.KeyringNeeds.FindAsync(connection, cancellation));
        return needs;
    }

    /// <summary>Views, foreign keys and triggers elsewhere that use the schema, and what stands in it and is no table of godwit's.</summary>
    public static async Task<IReadOnlyList<string>> StrangersAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await TargetQuery.ReadAsync(
            connection,
            """
            WITH own AS (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace('godwit'))
            SELECT DISTINCT 'view ' || r.ev_class::regclass FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
            WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM own) AND r.ev_class NOT IN (SELECT oid FROM own)
            UNION ALL
            SELECT DISTINCT 'foreign key of ' || conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND confrelid IN (SELECT oid FROM own) AND conrelid NOT IN (SELECT oid FROM own)
            UNION ALL
            SELECT DISTINCT 'trigger of ' || t.tgrelid::regclass FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE p.pronamespace = to_regnamespace('godwit') AND t.tgrelid NOT IN (SELECT oid FROM own)
            UNION ALL
            SELECT 'view ' || oid::regclass FROM pg_class WHERE relnamespace = to_regnamespace('godwit') AND relkind IN ('v', 'm', 'f')
            ORDER BY 1
            """, r => r.GetString(0), cancellation);

    /// <summary>
    /// Drops what is godwit's, and the schema. Without CASCADE: what somebody else has put into the schema, or has made depend on it, is not
    /// godwit's to remove, and the server says what it is.
    /// </summary>
    public static async Task DropAsync(NpgsqlConnection connection, IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        var routines = await TargetQuery.ReadAsync(
            connection, "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = to_regnamespace('godwit') ORDER BY 1", r => r.GetString(0), cancellation);
        await TargetQuery.ExecuteAsync(connection, $"DROP TABLE {Names(tables)}", cancellation);
        foreach (var routine in routines) await TargetQuery.ExecuteAsync(connection, $"DROP ROUTINE {routine}", cancellation);
        await TargetQuery.ExecuteAsync(connection, "DROP SCHEMA godwit", cancellation);
    }

    private static string Names(IReadOnlyList<string> tables) => string.Join(", ", tables.Select(t => TargetName.Qualify("godwit", t)));
}
