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
using Godwit.Engine.Keys;
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
using Godwit.Postgres.Keyring;
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
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly RunEnds _ends = new(console);

    private RunbookAtHand At => new(kinds, file, set, to) { Variables = Variables, Connections = Connections };

    private RunCarrying Carrying => new(At, console, _ends) { Unknown = Unknown, Certificate = Certificate, Wait = Wait, Seen = Seen };

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
        var (plan, runbook, findings) = At.Plan();
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
        if (await MissingKeysAsync(plan, target.Target, cancellation) is { Count: > 0 } keyless) return console.Refuse(keyless);
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
            RunbookEntrance.Entered(var run) => await Carrying.CarryAsync(target.Target, run, runbook.Folder, journal, (runner, token) => runner.ForwardAsync(finish: false, token), cancellation),
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

    /// <summary>Keys of the target's keyring, for the same reason. Nothing is opened where no step needs one.</summary>
    private async Task<IReadOnlyList<Finding>> MissingKeysAsync(RunbookPlan plan, PostgresTarget target, CancellationToken cancellation)
    {
        var purposes = plan.Phases.SelectMany(p => p.Steps).Select(s => kinds.Bind(s, plan.Files)).OfType<INeedsKeys>().SelectMany(s => s.Purposes).Distinct().ToList();
        if (purposes.Count == 0) return [];
        await using var keyring = new PostgresRunKeyring(target, Environment.GetEnvironmentVariable, "run that begins", _time);
        return await KeyReadiness.FindMissingAsync(keyring, purposes, cancellation);
    }

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
    public Task<int> PlanAsync(bool markdown, TextWriter output, CancellationToken cancellation) => new PlanSession(At, console).PlanAsync(markdown, output, cancellation);

    public RunInquiries Inquiries() => new(At, console);

    public SigningSession Signing() => new(kinds, file, set, to, console);

    public PlanFileSession PlanFile() => new(kinds, file, set, to, console);

    private async Task<int> GoOnAsync(
        IReadOnlyList<RunbookState> states, string kind, bool checkEdits, Func<RunbookRun, RunbookRunner, CancellationToken, Task<RunbookOutcome>> act, CancellationToken cancellation)
    {
        var (target, name, findings) = await At.ReachAsync(cancellation);
        if (target is null) return console.Refuse(findings);
        var (journal, nowhere) = JournalPlace.Resolve(Journal, new RunbookReader(kinds).ReadFile(file, set).Runbook);
        if (nowhere is not null) return console.Refuse([nowhere]);
        RunbookRun? stored;
        await using (var source = target.OpenSource(new SessionSettings { RunId = "ask", Role = "find" }))
        await using (var connection = await source.OpenAsync(cancellation))
        {
            stored = await RunbookAtHand.NewestAsync(connection, name, cancellation);
            if (stored is null) return await RunbookAtHand.ComparedAsync(connection, name, cancellation) is { Count: > 0 } lost ? _ends.Rewound(lost) : console.Refuse([RunRefusals.NoRun(name)]);
        }
        // With the parameters that it was begun with: nobody has to say them again.
        if (checkEdits && At.Plan().Plan is { } now && now.Hash != stored.Plan.Hash && At.Plan(stored.Plan.Parameters).Plan?.Hash != stored.Plan.Hash)
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
            RunbookEntrance.Entered(var run) => await Carrying.CarryAsync(target, run, Path.GetDirectoryName(Path.GetFullPath(file))!, journal, (runner, token) => act(stored, runner, token), cancellation),
            RunbookEntrance.Refused(var id, var state, _) => console.Refuse([Finding.Error(
                FindingCodes.RunStateForbids, $"run {id} is {RunWords.Of(state)}", null,
                state == RunbookState.Finished ? "Nothing of it is left to be done; `godwit rollback` takes back what can still be taken back." : "`godwit status` shows what can be done from here.")]),
            RunbookEntrance.Held(var holder) => console.Refuse([RunRefusals.Held(holder)]),
            _ => throw new InvalidOperationException(),
        };
    }

    private LedgerKeeping Keeping() => new(LedgerFolder.Of(GodwitHome.Folder()), KnownSigners.Load(GodwitHome.Folder()), AcceptRewind, console.Note);
}
