using System.Security.Cryptography;
using Godwit.Cli.Detaching;
using Godwit.Cli.Move;
using Godwit.Cli.Notices;
using Godwit.Cli.People;
using Godwit.Cli.Rehearsals;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Tripwires;
using Godwit.Engine.Figures;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.Moves;
using Godwit.Engine.Notices;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Tripwires;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Runs;

/// <summary>What the commands about runs do: read the runbook, reach its target, enter a run, carry it on, and say how it was left.</summary>
internal sealed class RunSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, RunConsole console)
{
    /// <summary>Between two looks at a run that show how fast it is.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3), CopyFarewell = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly RunEnds _ends = new(console);

    public UnknownStatement? Unknown { get; init; }

    /// <summary>Where secrets and the application's variables come from.</summary>
    public IRunEnvironment Variables { get; init; } = ProcessEnvironment.Instance;

    /// <summary>Where connections get their password from.</summary>
    public ConnectionEnvironment Connections { get; init; } = ConnectionEnvironment.Process;

    /// <summary>Where the journal is copied to while the run goes on (<see cref="JournalPlace"/>); null for where the runbook says.</summary>
    public string? Journal { get; init; }

    /// <summary>Where the certificate of a run that ends goes; null for the folder at hand.</summary>
    public string? Certificate { get; init; }

    /// <summary>Wait for people who have yet to agree, instead of pausing.</summary>
    public bool Wait { get; init; }

    /// <summary>Why a target that went back in time is gone on with; null does not.</summary>
    public string? AcceptRewind { get; init; }

    /// <summary>Whether somebody has looked at the tripwires that fired.</summary>
    public bool Seen { get; init; }

    /// <summary>Begins a run of the runbook as it stands, and carries it to the end of observe.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var (plan, runbook, findings) = Plan();
        if (plan is null || runbook is null) return console.Refuse(findings);
        if (MissingSecrets(plan) is { Count: > 0 } missing) return console.Refuse(missing);
        var untold = NoticeFindings.Missing(plan, Variables);
        if (untold.Any(f => f.Severity == Severity.Error)) return console.Refuse(untold);
        RunbookFindings.Print(console.Console, untold);
        if (TripwireReadiness.Find(plan, runbook.Folder, Variables, here: true).Where(f => f.Severity == Severity.Error).ToList() is { Count: > 0 } unready) return console.Refuse(unready);
        var (journal, nowhere) = JournalPlace.Resolve(Journal, runbook);
        if (nowhere is not null) return console.Refuse([nowhere]);
        var target = await RunTarget.ReachAsync(to, runbook.Target, runbook.Folder, Connections, cancellation);
        if (target.Target is null) return console.Refuse([.. findings, .. target.Findings]);
        if (await AuthorCheck.FindAsync(target.Target, plan, cancellation) is { Count: > 0 } nobodys) return console.Refuse(nobodys);
        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        RunbookEntrance entrance;
        try
        {
            entrance = await RunbookEntry.BeginAsync(
                target.Target, Guid.NewGuid(), plan, Steps(plan, s => s.RunsOnce), runbook.Folder, ToolVersion.Text, RunHolder.Self(_time), new JournalSigner(key), cancellation,
                Steps(plan, s => s.RunsWhenChanged), Keeping());
        }
        catch (LedgerException fault)
        {
            return console.Refuse([LedgerFindings.Unusable(fault)]);
        }
        return entrance switch
        {
            RunbookEntrance.Rewound(var lost) => _ends.Rewound(lost),
            RunbookEntrance.Untold(var damaged) => console.Refuse(damaged),
            RunbookEntrance.Entered(var run) => await CarryAsync(target.Target, run, runbook.Folder, journal, (runner, token) => runner.ForwardAsync(finish: false, token), cancellation),
            RunbookEntrance.Refused(var id, var state, var hash) => console.Refuse([RunRefusals.Unfinished(id, state, hash == plan.Hash)]),
            RunbookEntrance.Held(var holder) => console.Refuse([RunRefusals.Held(holder)]),
            RunbookEntrance.Changed(var steps) => console.Refuse([.. steps.Select(RunRefusals.Changed)]),
            RunbookEntrance.NothingToDo => _ends.NothingToDo(plan),
            _ => throw new InvalidOperationException(),
        };
    }

    private HashSet<string> Steps(RunbookPlan plan, Func<IStep, bool> which) =>
        [.. plan.Phases.SelectMany(p => p.Steps).Where(s => which(kinds.Bind(s, plan.Files))).Select(s => s.Id)];

    /// <summary>Secrets that a later phase needs, and that are better missed before the first.</summary>
    private List<Finding> MissingSecrets(RunbookPlan plan) =>
    [
        .. plan.Phases.SelectMany(p => p.Steps).Select(s => kinds.Bind(s, plan.Files)).OfType<INeedsSecrets>()
            .SelectMany(s => s.FindMissing(Variables)).DistinctBy(f => f.Message, StringComparer.Ordinal),
    ];

    public Task<int> ResumeAsync(CancellationToken cancellation) => GoOnAsync(
        [RunbookState.Running, RunbookState.Paused], "run-resumed", checkEdits: true,
        (run, runner, token) => run.RollingBack ? runner.RollBackAsync(run.RollingBackTo, token) : runner.ForwardAsync(finish: false, token), cancellation);

    /// <param name="early">Why the old is removed before its time.</param>
    /// <param name="cancellation">Stops.</param>
    public Task<int> FinishAsync(string? early, CancellationToken cancellation) => GoOnAsync(
        [RunbookState.Running, RunbookState.Paused, RunbookState.Complete], "finish-began", checkEdits: true, (_, runner, token) => runner.ForwardAsync(finish: true, token, early), cancellation);

    /// <summary>Gives the run up as it is: nothing is undone.</summary>
    public Task<int> AbortAsync(CancellationToken cancellation) => GoOnAsync(
        [RunbookState.Running, RunbookState.Paused, RunbookState.Complete], "abort-asked", checkEdits: false, (_, runner, token) => runner.AbortAsync(token), cancellation);

    /// <param name="back">The phase that stays; null for none.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellation">Stops.</param>
    public Task<int> RollBackAsync(Phase? back, RollbackRequest request, CancellationToken cancellation) => GoOnAsync(
        [RunbookState.Running, RunbookState.Paused, RunbookState.Complete, RunbookState.Finished], "rollback-asked", checkEdits: false,
        (_, runner, token) => runner.RollBackAsync(back, token, request), cancellation);

    /// <summary>Resolves the runbook and shows what would be done; with a target in reach, how long each step took there the last time.</summary>
    public async Task<int> PlanAsync(bool markdown, TextWriter output, CancellationToken cancellation)
    {
        var (plan, runbook, findings) = Plan();
        if (plan is null || runbook is null) return console.Refuse(findings);
        var target = await RunTarget.ReachAsync(to, runbook.Target, runbook.Folder, Connections, cancellation);
        IReadOnlyDictionary<string, double>? seconds = null;
        PlanSignatures? signed = null;
        RehearsalEstimates? rehearsed = null;
        if (target.Target is not null)
        {
            await using var source = target.Target.OpenSource(new SessionSettings { RunId = "plan", Role = "find" });
            await using var connection = await source.OpenAsync(cancellation);
            seconds = await RunbookRows.SecondsAsync(connection, plan.Name, cancellation);
            signed = await PlanSignatures.ReadAsync(connection, plan, cancellation);
            rehearsed = await RehearsedTimes.ReadAsync(connection, plan, cancellation);
        }
        var (expected, foreseen) = await ForeseeAsync(plan, runbook, cancellation);
        IReadOnlyList<Finding> doubts = [.. foreseen, .. TripwireReadiness.Find(plan, runbook.Folder, Variables, here: false), .. target.Target is null ? [] : await AskTripwiresAsync(plan, runbook, target.Target, cancellation)];
        RunbookFindings.Print(console.Console, [.. doubts.Where(f => f.Severity != Severity.Note)]);
        var document = PlanDocument.From(plan, kinds, seconds, _time.GetUtcNow(), expected, signed, rehearsed) with { Restore = Backups.NewestBackup.Find(plan, runbook.Folder, Variables), Findings = [.. findings.Concat(doubts).Select(f => FindingDocument.From(f, showValues: false))] };
        if (console.Json) await output.WriteLineAsync(document.ToJson());
        else if (markdown) await output.WriteAsync(PlanText.Markdown(document));
        else PlanText.Print(console, document);
        return ExitCode.Done;
    }

    private async Task<IReadOnlyList<Finding>> AskTripwiresAsync(RunbookPlan plan, Runbook runbook, PostgresTarget target, CancellationToken cancellation)
    {
        await using var queries = new WatchQueries(target, (name, token) => ReachSourceAsync(plan, runbook.Folder, name, token));
        return await TripwireReadiness.AskAsync(plan, new FigureContext { Queries = queries, Environment = Variables, Time = _time, Folder = runbook.Folder, Run = new RunFigures(_time) }, cancellation);
    }

    private async Task<TargetReading?> ReachSourceAsync(RunbookPlan plan, string folder, string name, CancellationToken cancellation) =>
        plan.Sources.TryGetValue(name, out var source) && source.Literal is null ? await RunTarget.ReachAsync(null, source, folder, Connections, cancellation) : null;

    /// <summary>What steps that look at what they will read expect, and what they doubt: a plan is one without it too.</summary>
    private async Task<(IReadOnlyDictionary<string, IReadOnlyList<string>> Expected, IReadOnlyList<Finding> Doubts)> ForeseeAsync(RunbookPlan plan, Runbook runbook, CancellationToken cancellation)
    {
        var (expected, doubts) = (new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), new List<Finding>());
        foreach (var step in plan.Phases.SelectMany(p => p.Steps))
        {
            if (kinds.Bind(step, plan.Files) is not IForesees foreseeing) continue;
            var seen = await foreseeing.ForeseeAsync(runbook.Folder, plan.Sources, Variables, cancellation);
            expected[step.Id] = seen.Lines;
            doubts.AddRange(seen.Findings);
        }
        return (expected, doubts);
    }

    public SigningSession Signing() => new(kinds, file, set, to, console);

    public PlanFileSession PlanFile() => new(kinds, file, set, to, console);

    public Task<int> PauseAsync(CancellationToken cancellation) => AskAsync(
        async (connection, run) =>
        {
            if (!await RunbookRows.AskToPauseAsync(connection, run.Id, cancellation))
                return console.Refuse([Finding.Error(FindingCodes.RunStateForbids, $"run {run.Id} is {RunWords.Of(run.State)}: nobody is at work on it")]);
            console.Console.Line($"Asked run {run.Id} to pause; it does after the part at hand.");
            return console.Finish(new RunDocument { Outcome = "asked", ExitCode = ExitCode.Done, Run = run.Id.ToString(), Runbook = run.Plan.Name });
        },
        cancellation);

    /// <param name="watch">How often it is shown anew until nobody is at work on the run any more; null shows it once.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<int> StatusAsync(TimeSpan? watch, CancellationToken cancellation) => AskAsync(
        async (connection, run) =>
        {
            RunbookRun? earlier = null;
            while (true)
            {
                var view = await RunView.ReadAsync(connection, run.Id, KnownSigners.Load(GodwitHome.Folder()), cancellation) ?? throw new InvalidOperationException("the run's rows are gone");
                if (earlier is null && IsAtWork(view.Run))
                {
                    earlier = view.Run;
                    await Task.Delay(Glance, _time, cancellation);
                    continue;
                }
                if (watch is not null) console.Clear();
                var over = watch is not null && view.Run.Runner is not { Alive: true };
                var code = RunStatus.Show(console, kinds, view, earlier, await RehearsedTimes.ReadAsync(connection, view.Run.Plan, cancellation), await ComparedAsync(connection, run.Plan.Name, cancellation), over ? WatchedCode(view.Run) : ExitCode.Done);
                if (over || watch is not { } every) return code;
                earlier = view.Run;
                await Task.Delay(every, _time, cancellation);
            }
        },
        cancellation);

    private static bool IsAtWork(RunbookRun run) => run.Runner is { Alive: true } && run.Steps.Any(s => s.State is StepState.Applying or StepState.Undoing);

    /// <summary>As the runner that was watched leaves: a runner that is gone without a word is a fault.</summary>
    private static int WatchedCode(RunbookRun run) => run.State switch
    {
        RunbookState.Running => ExitCode.Fault,
        RunbookState.Paused => ExitCode.Paused,
        RunbookState.RolledBack => ExitCode.RolledBack,
        _ => ExitCode.Done,
    };

    public async Task<int> HistoryAsync(CancellationToken cancellation)
    {
        var (target, name, findings) = await ReachAsync(cancellation);
        if (target is null) return console.Refuse(findings);
        await using var source = target.OpenSource(new SessionSettings { RunId = "history", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var runs = await RunbookRows.ListAsync(connection, name, cancellation);
        foreach (var run in runs) console.Console.Line($"{run.StartedAt:yyyy-MM-dd HH:mm:ss}Z  {RunWords.Of(run.State),-11} {run.Plan.Name}  {run.Id}  plan {run.Plan.Hash[..12]}");
        if (runs.Count == 0) console.Console.Line($"There is no run.");
        return console.Finish(new RunDocument { Outcome = "history", ExitCode = ExitCode.Done, Runs = [.. runs.Select(RunLine.Of)] });
    }

    private (RunbookPlan? Plan, Runbook? Runbook, IReadOnlyList<Finding> Findings) Plan()
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is null) return (null, null, reading.Findings);
        var planning = new RunbookPlanner(kinds).Plan(reading.Runbook);
        return (planning.Plan, reading.Runbook, [.. reading.Findings, .. planning.Findings]);
    }

    /// <summary>The target, and the runbook's name. The runbook's other faults do not matter for looking at a run that is there.</summary>
    private async Task<(PostgresTarget? Target, string? Name, IReadOnlyList<Finding> Findings)> ReachAsync(CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is null && to is null) return (null, null, reading.Findings);
        var target = await RunTarget.ReachAsync(to, reading.Runbook?.Target, reading.Runbook?.Folder ?? ".", Connections, cancellation);
        return (target.Target, reading.Runbook?.Name, target.Findings);
    }

    private async Task<int> AskAsync(Func<NpgsqlConnection, RunbookRun, Task<int>> ask, CancellationToken cancellation)
    {
        var (target, name, findings) = await ReachAsync(cancellation);
        if (target is null) return console.Refuse(findings);
        await using var source = target.OpenSource(new SessionSettings { RunId = "ask", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        if (await NewestAsync(connection, name, cancellation) is { } run) return await ask(connection, run);
        return await ComparedAsync(connection, name, cancellation) is { Count: > 0 } lost ? _ends.Rewound(lost) : console.Refuse([RunRefusals.NoRun(name)]);
    }

    private async Task<int> GoOnAsync(
        IReadOnlyList<RunbookState> states, string kind, bool checkEdits, Func<RunbookRun, RunbookRunner, CancellationToken, Task<RunbookOutcome>> act, CancellationToken cancellation)
    {
        var (target, name, findings) = await ReachAsync(cancellation);
        if (target is null) return console.Refuse(findings);
        var (journal, nowhere) = JournalPlace.Resolve(Journal, new RunbookReader(kinds).ReadFile(file, set).Runbook);
        if (nowhere is not null) return console.Refuse([nowhere]);
        RunbookRun? stored;
        await using (var source = target.OpenSource(new SessionSettings { RunId = "ask", Role = "find" }))
        await using (var connection = await source.OpenAsync(cancellation))
        {
            stored = await NewestAsync(connection, name, cancellation);
            if (stored is null) return await ComparedAsync(connection, name, cancellation) is { Count: > 0 } lost ? _ends.Rewound(lost) : console.Refuse([RunRefusals.NoRun(name)]);
        }
        if (checkEdits && Plan().Plan is { } now && now.Hash != stored.Plan.Hash)
            console.Note($"The runbook was edited since run {stored.Id} began: this goes on with the plan of the run ({stored.Plan.Hash[..12]}), not with the file ({now.Hash[..12]}).");
        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        RunbookEntrance entrance;
        try
        {
            entrance = await RunbookEntry.TakeOverAsync(
                target, stored, states, kind, RunHolder.Self(_time), new JournalSigner(key), holder => RunHolder.SayWaiting(console.Console, holder), cancellation, Keeping());
        }
        catch (LedgerException fault)
        {
            return console.Refuse([LedgerFindings.Unusable(fault)]);
        }
        return entrance switch
        {
            RunbookEntrance.Rewound(var lost) => _ends.Rewound(lost),
            RunbookEntrance.Untold(var damaged) => console.Refuse(damaged),
            RunbookEntrance.Entered(var run) => await CarryAsync(target, run, Path.GetDirectoryName(Path.GetFullPath(file))!, journal, (runner, token) => act(stored, runner, token), cancellation),
            RunbookEntrance.Refused(var id, var state, _) => console.Refuse([Finding.Error(FindingCodes.RunStateForbids, $"run {id} is {RunWords.Of(state)}")]),
            RunbookEntrance.Held(var holder) => console.Refuse([RunRefusals.Held(holder)]),
            _ => throw new InvalidOperationException(),
        };
    }

    private async Task<int> CarryAsync(
        PostgresTarget target, PostgresRun run, string folder, string? journal, Func<RunbookRunner, CancellationToken, Task<RunbookOutcome>> act, CancellationToken cancellation)
    {
        await using (run)
        {
            Detachment.Announce(run.Run);
            var jitter = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
            await using var post = run.Plan.Notices.Count == 0 ? null : new NoticePost(target, run.Run, run.Plan, run.Epoch, Variables, _time, jitter);
            Task<TargetReading?> ReachAsync(string name, CancellationToken token) => ReachSourceAsync(run.Plan, folder, name, token);
            await using var queries = new WatchQueries(target, ReachAsync);
            var runner = new RunbookRunner(run, new RunnerOptions
            {
                Kinds = kinds, Time = _time, Environment = Variables, Folder = folder, Observer = new RunDisplay(console, _time), Jitter = jitter, Unknown = Unknown, Notices = (IRequiredNotices?)post ?? NobodySends.Instance,
                Known = KnownSigners.Load(GodwitHome.Folder()), Wait = Wait, Estimates = new RehearsedPhases(target),
                CheckSources = new PostgresSources(ReachAsync), Queries = queries, Seen = Seen,
            });
            await using var copy = journal is null ? null : new JournalCopy(journal, target, run, _time);
            run.Journalled += post is null ? null : post.Wake;
            try
            {
                var outcome = await act(runner, cancellation);
                IReadOnlyList<Finding> copied = [.. await CopiedAsync(copy, CopyFarewell), .. post is null ? [] : NoticeFindings.Unsent(await post.FinishAsync(CopyFarewell))];
                if (outcome is not RunbookOutcome.Reached(RunbookState.Finished or RunbookState.RolledBack) || outcome is RunbookOutcome.Reached { Part: true }) return _ends.Say(run, outcome, copied, null);
                var (certificate, findings) = await RunCertifying.WriteAsync(target, run.Run, Certificate, cancellation);
                return _ends.Say(run, outcome, [.. copied, .. findings], certificate);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await LetGoAsync(run);
                await CopiedAsync(copy, Farewell);
                if (post is not null) await post.FinishAsync(Farewell);
                throw;
            }
        }
    }

    /// <summary>What is to be said about a copy of the journal that lacks something.</summary>
    private static async Task<IReadOnlyList<Finding>> CopiedAsync(JournalCopy? copy, TimeSpan limit) =>
        copy is not null && JournalFindings.Of(await copy.FinishAsync(limit)) is { } finding ? [finding] : [];

    /// <summary>A run that was interrupted on purpose says so, and nobody has to wait for its lease. What does not answer in time is left as if it had been killed.</summary>
    private static async Task LetGoAsync(PostgresRun run)
    {
        using var limit = new CancellationTokenSource(Farewell);
        try
        {
            await run.LeaveAsync(RunbookState.Paused, "interrupted", "run-paused", limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TargetFaultException or LeaseLostException)
        {
            // The rows say how far it came, whoever asks.
        }
    }

    private LedgerKeeping Keeping() => new(LedgerFolder.Of(GodwitHome.Folder()), KnownSigners.Load(GodwitHome.Folder()), AcceptRewind, console.Note);

    /// <summary>What this machine's ledgers say against a target.</summary>
    private static async Task<IReadOnlyList<Finding>> ComparedAsync(NpgsqlConnection connection, string? name, CancellationToken cancellation)
    {
        if (name is null) return [];
        try
        {
            return (await LedgerCheck.MakeAsync(connection, LedgerFolder.Of(GodwitHome.Folder()), name, KnownSigners.Load(GodwitHome.Folder()), cancellation)).Findings;
        }
        catch (LedgerException fault)
        {
            return [LedgerFindings.Unusable(fault)];
        }
    }

    private static async Task<RunbookRun?> NewestAsync(NpgsqlConnection connection, string? name, CancellationToken cancellation) =>
        await RunbookRows.ListAsync(connection, name, cancellation) is [var newest, ..] ? await RunbookRows.FindAsync(connection, newest.Id, cancellation) : null;
}
