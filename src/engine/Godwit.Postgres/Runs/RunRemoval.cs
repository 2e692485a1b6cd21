using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Schema;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>Takes back what a run has put into the target: only objects whose making it has noted. RESTRICT, not CASCADE: what hangs on them was made by others.</summary>
internal static class RunRemoval
{
    public static async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, RunDescription run, CancellationToken cancellation)
    {
        var plan = run.Plan;
        var made = new HashSet<string>(StringComparer.Ordinal);
        await using (var read = new NpgsqlCommand("SELECT id FROM godwit.steps WHERE run = $1", connection, transaction) { Parameters = { new() { Value = run.Id } } })
        await using (var reader = await read.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) made.Add(reader.GetString(0));
        }
        // Functions are named with their arguments, whose types are the schema's own.
        if (plan.Postgres is { } source) await ExecuteAsync(connection, transaction, $"SET LOCAL search_path = {InSight.PathOf(["pg_catalog", .. source.SearchPath])}", cancellation);
        var steps = DdlWriter.Write(plan).Where(s => made.Contains(s.Id)).ToList();
        foreach (var view in plan.Views.Reverse().Where(v => made.Contains($"view:{v.TargetName}")))
            await ExecuteAsync(connection, transaction, $"DROP VIEW IF EXISTS {TargetName.Qualify(plan.Schema, view.TargetName)}", cancellation);
        // Triggers and the like go with their tables; functions that tables need come after them.
        foreach (var drop in Objects(plan, made, ObjectStage.Last)) await ExecuteAsync(connection, transaction, drop, cancellation);
        var names = steps.Where(s => s.Phase == DdlPhase.Tables && s.Table is not null).Select(s => s.Table!).ToList();
        // All in one statement, since foreign keys among them would each hold the other back.
        if (names.Count > 0)
            await ExecuteAsync(connection, transaction, $"DROP TABLE IF EXISTS {string.Join(", ", names.Select(n => TargetName.Qualify(plan.Schema, n)))}", cancellation);
        if (KeyedMoves.Columns(plan).Any() && names.Count > 0) await ExecuteAsync(connection, transaction, KeyColumnDdl.Forget(plan, names), cancellation);
        foreach (var drop in Objects(plan, made, ObjectStage.BeforeTables)) await ExecuteAsync(connection, transaction, drop, cancellation);
        foreach (var notes in new[] { "steps", "ranges" })
        {
            await using var forget = new NpgsqlCommand($"DELETE FROM godwit.{notes} WHERE run = $1", connection, transaction) { Parameters = { new() { Value = run.Id } } };
            await forget.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>In the other order: what was made later may need what was made before it.</summary>
    private static IEnumerable<string> Objects(MovePlan plan, HashSet<string> made, ObjectStage stage) =>
        (plan.Postgres?.Objects ?? []).Reverse().Where(o => o.Stage == stage && made.Contains(ObjectDdl.IdOf(o))).Select(o => o.DropSql).OfType<string>();

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
