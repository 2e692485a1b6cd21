using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Sourcing;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>What a PostgreSQL source has to have for a live move: the rights to record and to fence, and nothing that would pass either.</summary>
public static class LiveSourceReadiness
{
    private const string OfTables = """
        SELECT c.relname::text, pg_get_userbyid(c.relowner)::text, pg_has_role(c.relowner, 'USAGE'), c.relpersistence = 'u', EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = c.oid),
            (SELECT string_agg(format('%I', t.tgname), ', ') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
             WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND NOT (f.nspname = 'godwit' AND p.proname ~ '^(record|refuse)_')),
            (SELECT string_agg(format('%I', r.rulename), ', ') FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1' AND r.ev_enabled IN ('A', 'R')),
            EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND c.oid IN (k.conrelid, k.confrelid))
            OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled = 'O')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = ANY ($2) ORDER BY c.relname
        """;

    private const string OfDatabase = """
        SELECT CASE WHEN to_regnamespace('godwit') IS NULL THEN has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege('godwit', 'CREATE, USAGE') END,
            (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()), pg_is_in_recovery()
        """;

    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    public static async Task<IReadOnlyList<Finding>> FindAsync(PostgresTarget server, string schema, MovePlan plan, CancellationToken cancellation)
    {
        try
        {
            await using var sessions = server.OpenSource(new SessionSettings { RunId = "live", Role = "look" });
            await using var connection = await sessions.OpenAsync(cancellation);
            var findings = new List<Finding>();
            var (mayMake, prepared, standby) = (await TargetQuery.ReadAsync(connection, OfDatabase, r => (r.GetBoolean(0), r.GetInt64(1), r.GetBoolean(2)), cancellation))[0];
            if (standby) findings.Add(Error("the source is a standby, on which nothing can be recorded", null, "Name the primary."));
            if (!mayMake) findings.Add(Error("this role may not make the schema godwit in the source, or make tables in it, and so changes cannot be recorded", null, "GRANT CREATE ON DATABASE … to it, or GRANT CREATE, USAGE ON SCHEMA godwit."));
            if (prepared > 0) findings.Add(Finding.Warning(FindingCodes.LivePrepared, $"{prepared} transactions are prepared in the source (pg_prepared_xacts): a fence is not raised before they have ended", null, "COMMIT PREPARED or ROLLBACK PREPARED them."));
            var tables = await TargetQuery.ReadAsync(
                connection, OfTables,
                r => new Table(r.GetString(0), r.GetString(1), r.GetBoolean(2), r.GetBoolean(3), r.GetBoolean(4), Text(r, 5), Text(r, 6), r.GetBoolean(7)),
                cancellation, schema, plan.Tables.Select(t => t.SourceName).ToArray());
            findings.AddRange(tables.SelectMany(Of));
            if (tables.Exists(t => t.ActsOnRows) && !await MayReplicateAsync(connection, cancellation))
            {
                findings.Add(Finding.Error(
                    FindingCodes.LiveForeignKey, "foreign keys or triggers of the source would be in the way of carrying changes back, and this role may not set session_replication_role", null,
                    "As a superuser: GRANT SET ON PARAMETER session_replication_role TO the role that moves (PostgreSQL 15 and later)."));
            }
            var source = await SourceTables.ReadAsync(connection, schema, plan, Guid.Empty, exchanged: false, cancellation);
            foreach (var table in source.Tables.Keys.Where(t => t.IsWhole).Select(t => t.Plan))
                findings.Add(Finding.Warning(FindingCodes.LiveSlow, $"table {table.SourceName} has no key: once somebody has written to it, its {table.Rows:N0} rows are copied again while writers wait", new Place.InTable(table.SourceName), "Give it a primary key, or leave it out."));
            return findings;
        }
        catch (Exception fault) when (SourceReadException.IsSources(fault))
        {
            throw SourceReadException.Of(fault);
        }
    }

    private static IEnumerable<Finding> Of(Table table)
    {
        var place = new Place.InTable(table.Name);
        if (!table.IsOwners) yield return Error("this role does not own the table, and so cannot record what is written to it", place, $"Run as {table.Owner}, or GRANT {table.Owner} to the role.");
        if (table.IsUnlogged) yield return Error("the table is unlogged: a crash empties it, and no trigger tells", place, "ALTER TABLE … SET LOGGED, or leave it out.");
        if (table.IsSubscribed) yield return Error("a subscription writes to the table, which no fence keeps out", place, "End the subscription, or leave the table out.");
        if (table.AlwaysTriggers is { } triggers) yield return Error($"its triggers {triggers} (ENABLE ALWAYS or REPLICA) would run again for rows that are carried over", place, "ALTER TABLE … ENABLE TRIGGER, which runs for the application's writes alone.");
        if (table.AlwaysRules is { } rules) yield return Error($"its rules {rules} (ENABLE ALWAYS or REPLICA) would act on rows that are carried over", place, "ALTER TABLE … ENABLE RULE.");
    }

    private static Finding Error(string message, Place? place, string remedy) => Finding.Error(FindingCodes.LiveSource, message, place, remedy);

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static async Task<bool> MayReplicateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await TargetQuery.ExecuteAsync(connection, "SELECT set_config('session_replication_role', 'replica', true)", cancellation);
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
        finally
        {
            await transaction.RollbackAsync(cancellation);
        }
    }

    private sealed record Table(string Name, string Owner, bool IsOwners, bool IsUnlogged, bool IsSubscribed, string? AlwaysTriggers, string? AlwaysRules, bool ActsOnRows);
}
