using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// No index of the moved tables, planned or not, is left half made: a CREATE INDEX CONCURRENTLY that failed leaves one that slows every write
/// and answers nothing (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
/// </summary>
public sealed class IndexValidityCheck : ITargetCheck
{
    private const string Sql = """
        SELECT c.relname::text, ic.relname::text, i.indisvalid, i.indisready, i.indislive
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2)
        ORDER BY 1, 2
        """;

    public string Name => "index validity";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("indexes", 0);
        var indexes = new List<(string Table, string Name, bool Valid, bool Ready, bool Live)>();
        var fault = await Probe.RunAsync(connection, plan.Schema, settings: null, async () => indexes = await TargetQuery.ReadAsync(connection, Sql,
            r => (r.GetString(0), r.GetString(1), r.GetBoolean(2), r.GetBoolean(3), r.GetBoolean(4)),
            cancellationToken, plan.Schema, plan.Tables.Select(t => t.TargetName).ToArray()), cancellationToken);
        if (fault is not null) throw fault;
        foreach (var (table, name, valid, ready, live) in indexes)
        {
            record.Count("indexes");
            if (valid && ready && live) continue;
            record.Count("not valid");
            record.Add(Finding.Error(FindingCodes.ConstraintNotValid, $"index {name} of {table} is {(!live ? "being dropped" : !ready ? "not ready, so not valid" : "not valid")}",
                new Place.InObject("index", name), $"REINDEX INDEX {name}, or drop it"));
        }
        return record.Result;
    }
}
