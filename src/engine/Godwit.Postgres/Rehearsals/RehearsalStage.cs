using Godwit.Engine.Journal;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Rehearsals;

/// <summary>A restored copy that runs are rehearsed on. No ledger knows of them: they end with the copy.</summary>
public sealed class RehearsalStage(PostgresTarget copy, RunbookKinds kinds, string folder, string toolVersion, Runner runner, JournalSigner signer) : IRehearsalStage
{
    private static readonly IReadOnlyList<RunbookState> s_any = [RunbookState.Running, RunbookState.Paused, RunbookState.Complete, RunbookState.Finished];

    /// <summary>Makes the copy one that nobody is at work on, and tells the planner what is in it.</summary>
    /// <exception cref="RehearsalException">A run of this runbook is half way in it.</exception>
    public async Task<IReadOnlyDictionary<string, long>> PrepareAsync(RunbookPlan plan, CancellationToken cancellation)
    {
        await using var source = copy.OpenSource(new SessionSettings { RunId = "rehearse", Role = "make", StatementLimit = TimeSpan.Zero });
        await using var connection = await source.OpenAsync(cancellation);
        if (await RunSchema.ExistsAsync(connection, cancellation))
        {
            // Whoever held them holds them where the copy came from.
            await ExecuteAsync(connection, "DELETE FROM godwit.leases", cancellation);
            if (await RunbookRows.ListAsync(connection, plan.Name, cancellation) is { Count: > 0 } runs && runs.FirstOrDefault(r => r.State is RunbookState.Running or RunbookState.Paused or RunbookState.Complete) is { } open)
                await GiveUpAsync(connection, plan, open.Id, cancellation);
        }
        await ExecuteAsync(connection, "ANALYZE", cancellation);
        return await RehearsalRows.CountAsync(connection, cancellation);
    }

    /// <summary>A run that stands before its first gates has changed nothing: that is where one is paused that waits for its backup and its rehearsals.</summary>
    private async Task GiveUpAsync(NpgsqlConnection connection, RunbookPlan plan, Guid id, CancellationToken cancellation)
    {
        var open = await RunbookRows.FindAsync(connection, id, cancellation);
        if (open is null || open.Steps.Any(s => s.State != StepState.Pending))
        {
            throw new RehearsalException(
                FindingCodes.RehearsalUnderWay, $"the backup holds run {id} of {plan.Name} half way ({open?.State}): what is rehearsed on it would not be the plan from its beginning",
                "Name a backup from before that run with --backup, or end the run and take a new backup.");
        }
        var entrance = await RunbookEntry.TakeOverAsync(copy, open, s_any, "abort-asked", runner, signer, _ => { }, cancellation);
        if (entrance is not RunbookEntrance.Entered(var run)) throw new InvalidOperationException($"a copy of one's own is not free: {entrance}");
        await using (run) await run.LeaveAsync(RunbookState.Aborted, null, "run-aborted", cancellation);
    }

    /// <summary>Looks at the runs' transactions; null does not.</summary>
    public RehearsalProbe? Probe { get; set; }

    public async Task<IRunStore> BeginAsync(RunbookPlan plan, CancellationToken cancellation)
    {
        var entrance = await RunbookEntry.BeginAsync(
            copy, Guid.NewGuid(), plan, Steps(plan, s => s.RunsOnce), folder, toolVersion, runner, signer, cancellation, Steps(plan, s => s.RunsWhenChanged));
        return entrance switch
        {
            RunbookEntrance.Entered(var run) => Watched(run),
            RunbookEntrance.NothingToDo => throw new RehearsalException(FindingCodes.NothingToRehearse, $"earlier runs did every step of {plan.Name}: there is nothing to rehearse"),
            RunbookEntrance.Changed(var steps) => throw new RehearsalException(FindingCodes.StepChanged, $"step {steps[0]} was done by an earlier run, and is not what it was then", "Put it back as it was, and make the change in a step of its own."),
            _ => throw new InvalidOperationException($"a copy of one's own is not free: {entrance}"),
        };
    }

    public async Task<IRunStore> TakeOverAsync(Guid run, CancellationToken cancellation)
    {
        await using var source = copy.OpenSource(new SessionSettings { RunId = "rehearse", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var stored = await RunbookRows.FindAsync(connection, run, cancellation) ?? throw new InvalidOperationException("the run of the rehearsal is gone");
        var entrance = await RunbookEntry.TakeOverAsync(copy, stored, s_any, "rehearsal-went-on", runner, signer, _ => { }, cancellation);
        return entrance is RunbookEntrance.Entered(var entered) ? Watched(entered) : throw new InvalidOperationException($"a copy of one's own is not free: {entrance}");
    }

    /// <summary>Verifies the journals of the runs, which go with the copy, and says what constraints are left NOT VALID.</summary>
    public async Task<(IReadOnlyList<RehearsedJournal> Journals, IReadOnlyList<string> OpenConstraints)> LookBackAsync(IReadOnlyList<Guid> runs, KnownSigners known, CancellationToken cancellation)
    {
        await using var source = copy.OpenSource(new SessionSettings { RunId = "rehearse", Role = "read", StatementLimit = TimeSpan.Zero });
        await using var connection = await source.OpenAsync(cancellation);
        var journals = new List<RehearsedJournal>();
        foreach (var run in runs)
        {
            var verdict = (await StoredJournal.LoadAsync(connection, run, known, cancellation)).Conclude();
            journals.Add(new RehearsedJournal(run, verdict.End.Sequence, verdict.End.Hash, verdict.State == JournalState.Sound));
        }
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname || '.' || r.relname || ': ' || c.conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
            WHERE NOT c.convalidated ORDER BY 1 LIMIT 100
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var open = new List<string>();
        while (await reader.ReadAsync(cancellation)) open.Add(reader.GetString(0));
        return (journals, open);
    }

    private PostgresRun Watched(PostgresRun run)
    {
        if (Probe is { } probe) run.Committing = probe.LookAsync;
        return run;
    }

    private HashSet<string> Steps(RunbookPlan plan, Func<IStep, bool> which) =>
        [.. plan.Phases.SelectMany(p => p.Steps).Where(s => which(kinds.Bind(s, plan.Files))).Select(s => s.Id)];

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
