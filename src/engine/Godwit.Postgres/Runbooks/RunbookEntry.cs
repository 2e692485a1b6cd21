using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Notices;
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

    /// <summary>The target lacks what this machine's ledgers know. Nothing was changed.</summary>
    public sealed record Rewound(IReadOnlyList<Finding> Findings) : RunbookEntrance;

    /// <summary>A ledger is damaged. Nothing was changed.</summary>
    public sealed record Untold(IReadOnlyList<Finding> Findings) : RunbookEntrance;

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
    /// <param name="ledger">How the run's ledger is kept; null keeps none.</param>
    public static Task<RunbookEntrance> BeginAsync(
        PostgresTarget target, Guid run, RunbookPlan plan, IReadOnlySet<string> once, string folder, string toolVersion, Runner runner, JournalSigner signer, CancellationToken cancellation,
        IReadOnlySet<string>? whenChanged = null, LedgerKeeping? ledger = null) =>
        EnterAsync(
            target, run, plan, runner, signer, (RunbookState.Running, null), waiting: null, ledger, begins: true,
            async (connection, transaction) =>
            {
                if (await UnfinishedAsync(connection, transaction, plan.Name, cancellation) is { } other) return (other, null);
                var before = await RunbookRows.DoneBeforeAsync(connection, transaction, plan.Name, cancellation);
                var steps = plan.Phases.SelectMany(p => p.Steps).ToList();
                var known = steps.Where(s => once.Contains(s.Id) && before.ContainsKey(s.Id)).ToList();
                var changed = known.Where(s => before[s.Id] != StepContent.Of(s, plan.Files)).Select(s => s.Id).ToList();
                if (changed.Count > 0) return (new RunbookEntrance.Changed(changed), null);
                // A file that is replaced as a whole has nothing to do as long as it is the same.
                var same = steps.Where(s => before.TryGetValue(s.Id, out var content) && content == StepContent.Of(s, plan.Files)).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
                var carried = known.Select(s => s.Id).Concat(whenChanged?.Where(same.Contains) ?? []).ToHashSet(StringComparer.Ordinal);
                if (same.Count == steps.Count) return (new RunbookEntrance.NothingToDo(), null);
                await RunbookRows.CreateAsync(connection, transaction, run, plan, carried, folder, toolVersion, cancellation);
                return (null, JournalNote.Of("run-began", new JsonObject { ["plan"] = plan.Hash, ["runbook"] = plan.Name, ["runner"] = runner.Holder, ["version"] = toolVersion }));
            },
            cancellation);

    /// <summary>Takes over a run that stopped, in one of <paramref name="states"/>.</summary>
    public static Task<RunbookEntrance> TakeOverAsync(
        PostgresTarget target, RunbookRun run, IReadOnlyList<RunbookState> states, string kind, Runner runner, JournalSigner signer, Action<LeaseHolder> waiting, CancellationToken cancellation,
        LedgerKeeping? ledger = null) =>
        EnterAsync(
            target, run.Id, run.Plan, runner, signer, (run.State, run.Reason), waiting, ledger, begins: false,
            async (connection, transaction) =>
            {
                await using var look = new NpgsqlCommand("SELECT state FROM godwit.runs WHERE id = $1 FOR NO KEY UPDATE", connection, transaction) { Parameters = { new() { Value = run.Id } } };
                var state = Enum.Parse<RunbookState>((string?)await look.ExecuteScalarAsync(cancellation) ?? nameof(RunbookState.Aborted));
                if (!states.Contains(state)) return (new RunbookEntrance.Refused(run.Id, state, run.Plan.Hash), null);
                await using var go = new NpgsqlCommand("UPDATE godwit.runs SET state = 'Running', reason = NULL, asked = NULL WHERE id = $1", connection, transaction) { Parameters = { new() { Value = run.Id } } };
                await go.ExecuteNonQueryAsync(cancellation);
                return (null, JournalNote.Of(kind, new JsonObject { ["runner"] = runner.Holder, ["was"] = state.ToString() }));
            },
            cancellation);

    private static async Task<RunbookEntrance?> UnfinishedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id, state, plan_hash FROM godwit.runs WHERE kind = 'runbook' AND target_schema = $1 AND state IN ('Running', 'Paused', 'Complete')", connection, transaction)
        { Parameters = { new() { Value = name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new RunbookEntrance.Refused(reader.GetGuid(0), Enum.Parse<RunbookState>(reader.GetString(1)), reader.GetString(2)) : null;
    }

    private static async Task<RunbookEntrance> EnterAsync(
        PostgresTarget target, Guid run, RunbookPlan plan, Runner runner, JournalSigner signer, (RunbookState State, string? Reason) before, Action<LeaseHolder>? waiting, LedgerKeeping? ledger, bool begins,
        Func<NpgsqlConnection, NpgsqlTransaction, Task<(RunbookEntrance? Refusal, JournalNote? Note)>> check, CancellationToken cancellation)
    {
        var sessions = new TargetSessions(target, Guid.NewGuid(), "run");
        var scope = RunbookRows.ScopeOf(plan.Name);
        LedgerKeeper? keeper = null;
        JournalPosition? tip = null;
        LedgerCheck? known = null;
        try
        {
            // The ledger knows of a run before the target is changed for it.
            if (ledger is not null && begins) keeper = await LedgerKeeper.BeginAsync(sessions, ledger, run, plan.Name, cancellation);
            var refusal = await LeaseEntry.TakeAsync(
                sessions, scope, run, runner, waiting, holder => new RunbookEntrance.Held(holder),
                async (connection, transaction) =>
                {
                    await LedgerKeeper.MustLastAsync(connection, transaction, cancellation);
                    known = ledger is null ? null : await LedgerCheck.MakeAsync(connection, ledger.Folder, plan.Name, ledger.Known, cancellation);
                    if (known is { Damaged.Count: > 0 }) return new RunbookEntrance.Untold(known.Damaged);
                    if (known is { Rewound.Count: > 0 } && ledger?.Accept is null) return new RunbookEntrance.Rewound(known.Findings);
                    var (refused, note) = await check(connection, transaction);
                    if (refused is not null) return refused;
                    var first = known is { Rewound.Count: > 0 } ? await Rewind.AcceptAsync(connection, transaction, run, known.Rewound, ledger!.Accept!, signer, cancellation) : [];
                    var entries = await JournalRows.AppendAsync(connection, transaction, run, [.. first, note!], signer, cancellation);
                    await new NoticeOutbox(plan, run).AddAsync(connection, transaction, entries, cancellation);
                    tip = JournalPosition.Of(entries[^1]);
                    if (ledger is null) return null;
                    keeper ??= new LedgerKeeper(LedgerFile.Open(ledger.Folder.PathOf(run)), run, plan.Name);
                    keeper.Target = await TargetIdentityRows.ReadAsync(connection, cancellation);
                    return null;
                },
                cancellation);
            if (refusal is null)
            {
                if (ledger is not null) Settle(ledger, known!, keeper!, run, tip!, begins);
                return new RunbookEntrance.Entered(new PostgresRun(target, sessions, new Lease(sessions, scope, runner.Terms, runner.Time), run, plan, signer, before, tip!, keeper));
            }
            await LetGoAsync();
            return refusal;
        }
        catch
        {
            await LetGoAsync();
            throw;
        }

        async Task LetGoAsync()
        {
            keeper?.Dispose();
            // Nothing of it came about. Where that is not certain, the file stays: it says nothing that the target could lack.
            if (begins && tip is null) ledger?.Folder.Remove(run);
            await sessions.DisposeAsync();
        }
    }

    private static void Settle(LedgerKeeping ledger, LedgerCheck known, LedgerKeeper keeper, Guid run, JournalPosition tip, bool begins)
    {
        if (!begins && !known.Others.Contains(run))
            ledger.Note($"This machine has no ledger of run {run}: whether the target went back since another machine was at work on it cannot be told here. A new one begins with entry {tip.Sequence}.");
        if (known.Explained.Contains(run)) ledger.Note("The target went back since this machine was at work on the run; that is accepted, on record.");
        keeper.Append(tip, nameof(RunbookState.Running), []);
        // A newer run knows of a restore to any moment that an older one would; and what was lost is in the journal now.
        if (begins || known.Rewound.Count > 0)
        {
            foreach (var other in known.Others.Where(o => o != run)) ledger.Folder.Remove(other);
        }
    }
}
