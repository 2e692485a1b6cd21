using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// amcheck's look into every B-tree: the order of its keys, and that every row of the heap is in it (https://www.postgresql.org/docs/current/amcheck.html).
/// The extension is the server's owner's to install, so where it is not there or not permitted, a note says so.
/// </summary>
public sealed class IndexContentCheck : ITargetCheck
{
    private const string FunctionSql = """
        SELECT quote_ident(n.nspname) || '.bt_index_check', has_function_privilege(p.oid, 'EXECUTE')
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'bt_index_check' AND p.proargtypes[1] = 'bool'::regtype
        WHERE e.extname = 'amcheck' ORDER BY p.pronargs LIMIT 1
        """;

    private const string IndexesSql = """
        SELECT i.indexrelid, ic.relname::text, c.relname::text
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am m ON m.oid = ic.relam
        JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2) AND m.amname = 'btree' AND ic.relkind = 'i' AND i.indisvalid AND i.indisready
        ORDER BY 3, 2
        """;

    private static readonly string[] Corruption = [PostgresErrorCodes.IndexCorrupted, PostgresErrorCodes.DataCorrupted];

    public string Name => "index content";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("indexes", 0);
        var functions = new List<(string Name, bool Permitted)>();
        var indexes = new List<(uint Id, string Name, string Table)>();
        var fault = await Probe.RunAsync(connection, plan.Schema, settings: null, async () =>
        {
            functions = await TargetQuery.ReadAsync(connection, FunctionSql, r => (r.GetString(0), r.GetBoolean(1)), cancellationToken);
            indexes = await TargetQuery.ReadAsync(connection, IndexesSql, r => (r.GetFieldValue<uint>(0), r.GetString(1), r.GetString(2)),
                cancellationToken, plan.Schema, plan.Tables.Select(t => t.TargetName).ToArray());
        }, cancellationToken);
        if (fault is not null) throw fault;

        if (functions is not [(var function, true)])
        {
            var reason = functions.Count == 0 ? "the extension amcheck is not installed" : "this role may not call amcheck's functions";
            record.Add(Finding.Note(FindingCodes.ConstraintNotValid, $"what is inside the indexes was not looked at: {reason}"));
            return record.Result;
        }
        foreach (var (id, name, table) in indexes)
        {
            var corruption = await FaultOfAsync(connection, $"SELECT {function}({id}::regclass, true)", cancellationToken);
            record.Count(corruption is null || Corruption.Contains(corruption.SqlState) ? "indexes" : "not checked");
            if (corruption is null) continue;
            var place = new Place.InObject("index", name);
            record.Add(Corruption.Contains(corruption.SqlState)
                ? Finding.Error(FindingCodes.ConstraintNotValid, $"index {name} of {table} is corrupt: {corruption.MessageText}", place, $"REINDEX INDEX {name}")
                : Finding.Note(FindingCodes.ConstraintNotValid, $"what is inside index {name} of {table} was not looked at: {corruption.MessageText}", place));
        }
        return record.Result;
    }

    /// <summary>amcheck raises what it finds, so each index has a savepoint of its own.</summary>
    private static async Task<PostgresException?> FaultOfAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await TargetQuery.ExecuteAsync(connection, "SAVEPOINT godwit_index", cancellationToken);
        PostgresException? fault = null;
        try
        {
            await TargetQuery.ExecuteAsync(connection, sql, cancellationToken);
        }
        catch (PostgresException e) when (Corruption.Contains(e.SqlState) || IsRefusal(e.SqlState))
        {
            fault = e;
        }
        await TargetQuery.ExecuteAsync(connection, "ROLLBACK TO SAVEPOINT godwit_index; RELEASE SAVEPOINT godwit_index", cancellationToken);
        return fault;
    }

    /// <summary>A snapshot older than the index, or an index that the function does not take.</summary>
    private static bool IsRefusal(string state) => state is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.FeatureNotSupported
        or PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.LockNotAvailable;
}
