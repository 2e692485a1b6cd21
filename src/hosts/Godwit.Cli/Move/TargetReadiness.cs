using Godwit.Cli.Move.Nested;
using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Sourcing;
using Npgsql;

namespace Godwit.Cli.Move;

/// <summary>Everything that must hold of the target before a move begins.</summary>
internal static class TargetReadiness
{
    /// <summary>Bytes that rows, row headers, indexes and the log are taken to need for each byte of values: an estimate, on the safe side.</summary>
    private const int BytesPerByte = 3;

    /// <param name="tables">The names to be taken when there is no plan.</param>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(PostgresTarget target, MoveRequest request, MovePlan? plan, IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "check", Role = "check" });
        await using var connection = await source.OpenAsync(cancellation);
        return await CheckAsync(connection, request, plan, tables, cancellation);
    }

    /// <summary>Indexes and sequences stand in the tables' name space: one that is taken would be met only after the copy.</summary>
    private static IEnumerable<string> Implied(TablePlan table) =>
        [.. table.Indexes.Select(i => i.Name), .. table.Uniques.Select(u => u.Name), .. new[] { table.PrimaryKey?.Name, table.SequenceName }.OfType<string>()];

    /// <summary>The same on a connection that is there, in its transaction.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(NpgsqlConnection connection, MoveRequest request, MovePlan? plan, IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        var unfinished = await RunRows.FindAsync(connection, id: null, request.Schema, cancellation);
        if (unfinished is { State: RunState.Running })
        {
            return
            [
                PartOfRunbook.Find(unfinished) ?? Finding.Error(
                    FindingCodes.RunUnfinished, $"run {unfinished.Description.Id}, begun {unfinished.StartedAt:u}, is not finished in schema {request.Schema} (phase {unfinished.Phase})",
                    remedy: $"`{RunPointer.Command("resume", request.To, request.Schema)}` goes on with it; `{RunPointer.Command("abort", request.To, request.Schema)}` removes it."),
            ];
        }
        var names = plan is null
            ? tables
            : [.. plan.Tables.Select(t => t.TargetName), .. plan.Views.Select(v => v.TargetName), .. plan.Tables.Where(t => t.Quarantine is not null).Select(t => t.Quarantine!.TargetName), .. plan.Tables.SelectMany(Implied), .. Prerequisites.Names(plan)];
        IReadOnlyList<Finding> prerequisites = plan is null ? [] : await Prerequisites.FindAsync(connection, plan, cancellation);
        var checks = await TargetChecks.RunAsync(
            connection,
            new TargetDemands
            {
                Schema = request.Schema,
                Tables = names,
                OtherSchemas = ["godwit"],
                NeededBytes = (plan?.Tables.Sum(t => t.Bytes) ?? 0) * BytesPerByte,
                // Copying or verifying: one for each job, the snapshot, the heartbeat, and one to spare.
                Connections = request.Jobs + 3,
            },
            cancellation);
        return [.. checks, .. prerequisites];
    }
}
