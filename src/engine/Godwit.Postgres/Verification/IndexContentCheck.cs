using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
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
        fault = await Probe.RunAsync(connection, plan.Schema, settings: null, async () =>
        {
            foreach (var (id, name, table) in indexes) await CheckAsync(connection, function, id, name, table, record, cancellationToken);
        }, cancellationToken);
        return fault is null ? record.Result : throw fault;
    }

    /// <summary>
    /// amcheck raises what it finds, and Npgsql takes an error of corruption for the end of its connection, so the error is caught at the server. What is
    /// caught beside corruption is an index that the function does not take, or one younger than the snapshot.
    /// </summary>
    private static async Task CheckAsync(NpgsqlConnection connection, string function, uint id, string name, string table, CheckRecord record, CancellationToken cancellationToken)
    {
        var block = $"""
            BEGIN
              PERFORM set_config('godwit.fault', '', true);
              PERFORM {function}({id}::regclass, true);
            EXCEPTION WHEN index_corrupted OR data_corrupted OR serialization_failure OR feature_not_supported OR object_not_in_prerequisite_state
                OR insufficient_privilege OR lock_not_available THEN
              PERFORM set_config('godwit.fault', SQLSTATE || SQLERRM, true);
            END
            """;
        await TargetQuery.ExecuteAsync(connection, $"DO {TargetName.Literal(block)}", cancellationToken);
        var fault = (await TargetQuery.ReadAsync(connection, "SELECT current_setting('godwit.fault')", r => r.GetString(0), cancellationToken))[0];
        if (fault.Length == 0)
        {
            record.Count("indexes");
            return;
        }
        var (state, message) = (fault[..5], fault[5..]);
        var place = new Place.InObject("index", name);
        var corrupt = Corruption.Contains(state);
        record.Count(corrupt ? "indexes" : "not checked");
        record.Add(corrupt
            ? Finding.Error(FindingCodes.ConstraintNotValid, $"index {name} of {table} is corrupt: {message}", place, $"REINDEX INDEX {name}")
            : Finding.Note(FindingCodes.ConstraintNotValid, $"what is inside index {name} of {table} was not looked at: {message}", place));
    }
}
