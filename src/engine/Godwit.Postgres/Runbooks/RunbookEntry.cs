using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>What came of trying to enter a runbook's run.</summary>
public abstract record RunbookEntrance
{
    private RunbookEntrance()
    {
    }

    /// <summary>The lease is held.</summary>
    public sealed record Entered(PostgresRun Run) : RunbookEntrance;

    /// <summary>Another runner holds it. Nothing was changed.</summary>
    public sealed record Held(LeaseHolder Holder) : RunbookEntrance;

    /// <summary>A run of this runbook is there that has not come to its end, or the one asked for has. Nothing was changed.</summary>
    public sealed record Refused(Guid Run, RunbookState State, string PlanHash) : RunbookEntrance;

    /// <summary>Steps that an earlier run did are no longer what they were. Nothing was changed.</summary>
    public sealed record Changed(IReadOnlyList<string> Steps) : RunbookEntrance;

    /// <summary>Earlier runs did every step. Nothing was changed.</summary>
    public sealed record NothingToDo : RunbookEntrance;
}

/// <summary>The ways into a runbook's run; as for moves, the lease and what is done under it are one transaction.</summary>
public static class RunbookEntry
{
    /// <summary>Begins a run of a plan: lease, row, steps, first entry of the journal. Refused while another run of the same name is unfinished.</summary>
    /// <param name="target">The target.</param>
    /// <param name="run">The new run's id.</param>
    /// <param name="plan">What it carries out.</param>
    /// <param name="once">The steps that run once: those that an earlier run did are carried over.</param>
    /// <param name="folder">The runbook's folder.</param>
    /// <param name="toolVersion">This program's version.</param>
    /// <param name="runner">Who begins it.</param>
    /// <param name="signer">Signs the journal's heads.</param>
    /// <param name="cancellation">Stops.</param>
    /// <param name="whenChanged">The steps that are carried over as long as they are what they were when they were last done.</param>
    public static Task<RunbookEntrance> BeginAsync(
        PostgresTarget target, Guid run, RunbookPlan plan, IReadOnlySet<string> once, string folder, string toolVersion, Runner runner, JournalSigner signer, CancellationToken cancellation,
        IReadOnlySet<string>? whenChanged = null) =>
        EnterAsync(
            target, run, plan, runner, signer, (RunbookState.Running, null), waiting: null,
            async (connection, transaction) =>
            {
                if (await UnfinishedAsync(connection, transaction, plan.Name, cancellation) is { } other) return other;
                var before = await RunbookRows.DoneBeforeAsync(connection, transaction, plan.Name, cancellation);
                var steps = plan.Phases.SelectMany(p => p.Steps).ToList();
                var known = steps.Where(s => once.Contains(s.Id) && before.ContainsKey(s.Id)).ToList();
                var changed = known.Where(s => before[s.Id] != StepContent.Of(s, plan.Files)).Select(s => s.Id).ToList();
                if (changed.Count > 0) return new RunbookEntrance.Changed(changed);
                // A file that is replaced as a whole has nothing to do as long as it is the same.
                var same = steps.Where(s => before.TryGetValue(s.Id, out var content) && content == StepContent.Of(s, plan.Files)).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
                var carried = known.Select(s => s.Id).Concat(whenChanged?.Where(same.Contains) ?? []).ToHashSet(StringComparer.Ordinal);
                if (same.Count == steps.Count) return new RunbookEntrance.NothingToDo();
                await RunbookRows.CreateAsync(connection, transaction, run, plan, carried, folder, toolVersion, cancellation);
                await NoteAsync(
                    connection, transaction, run, signer, "run-began",
                    new JsonObject { ["plan"] = plan.Hash, ["runbook"] = plan.Name, ["runner"] = runner.Holder, ["version"] = toolVersion }, cancellation);
                return null;
            },
            cancellation);

    /// <summary>Takes over a run that stopped, in one of <paramref name="states"/>.</summary>
    public static Task<RunbookEntrance> TakeOverAsync(
        PostgresTarget target, RunbookRun run, IReadOnlyList<RunbookState> states, string kind, Runner runner, JournalSigner signer, Action<LeaseHolder> waiting, CancellationToken cancellation) =>
        EnterAsync(
            target, run.Id, run.Plan, runner, signer, (run.State, run.Reason), waiting,
            async (connection, transaction) =>
            {
                await using var look = new NpgsqlCommand("SELECT state FROM godwit.runs WHERE id = $1 FOR NO KEY UPDATE", connection, transaction) { Parameters = { new() { Value = run.Id } } };
                var state = Enum.Parse<RunbookState>((string?)await look.ExecuteScalarAsync(cancellation) ?? nameof(RunbookState.Aborted));
                if (!states.Contains(state)) return new RunbookEntrance.Refused(run.Id, state, run.Plan.Hash);
                await using var go = new NpgsqlCommand("UPDATE godwit.runs SET state = 'Running', reason = NULL, asked = NULL WHERE id = $1", connection, transaction) { Parameters = { new() { Value = run.Id } } };
                await go.ExecuteNonQueryAsync(cancellation);
                await NoteAsync(connection, transaction, run.Id, signer, kind, new JsonObject { ["runner"] = runner.Holder, ["was"] = state.ToString() }, cancellation);
                return null;
            },
            cancellation);

    private static async Task NoteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, JournalSigner signer, string kind, JsonObject body, CancellationToken cancellation)
    {
        await JournalRows.AppendAsync(connection, transaction, run, [JournalNote.Of(kind, body)], signer, cancellation);
    }

    private static async Task<RunbookEntrance?> UnfinishedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id, state, plan_hash FROM godwit.runs WHERE kind = 'runbook' AND target_schema = $1 AND state IN ('Running', 'Paused', 'Complete')", connection, transaction)
        { Parameters = { new() { Value = name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new RunbookEntrance.Refused(reader.GetGuid(0), Enum.Parse<RunbookState>(reader.GetString(1)), reader.GetString(2)) : null;
    }

    private static async Task<RunbookEntrance> EnterAsync(
        PostgresTarget target, Guid run, RunbookPlan plan, Runner runner, JournalSigner signer, (RunbookState State, string? Reason) before, Action<LeaseHolder>? waiting,
        Func<NpgsqlConnection, NpgsqlTransaction, Task<RunbookEntrance?>> check, CancellationToken cancellation)
    {
        var sessions = new TargetSessions(target, Guid.NewGuid(), "run");
        var scope = RunbookRows.ScopeOf(plan.Name);
        try
        {
            var refusal = await LeaseEntry.TakeAsync(sessions, scope, run, runner, waiting, holder => new RunbookEntrance.Held(holder), check, cancellation);
            if (refusal is null) return new RunbookEntrance.Entered(new PostgresRun(target, sessions, new Lease(sessions, scope, runner.Terms, runner.Time), run, plan, signer, before));
            await sessions.DisposeAsync();
            return refusal;
        }
        catch
        {
            await sessions.DisposeAsync();
            throw;
        }
    }
}
