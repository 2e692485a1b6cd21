using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Estimates;
using Godwit.Engine.Figures;
using Godwit.Engine.Gates;
using Godwit.Engine.Steps;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>What both directions of a run share: its notes, its end, and whether somebody asked for a pause.</summary>
internal sealed class RunDesk(IRunStore store, RunnerOptions options)
{
    /// <summary>Why a run pauses that somebody asked to.</summary>
    public const string AskedToPause = "asked to pause";

    private static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How soon a step that waits for hours hears of a pause that somebody asked for at another machine.</summary>
    private static readonly TimeSpan s_listen = TimeSpan.FromSeconds(2);

    private readonly Retries _retries = new(options.Time, options.Jitter);
    private volatile bool _pauseAsked;
    private long? _lastAsked;

    public IRunStore Store => store;

    public RunnerOptions Options => options;

    public RunFigures Figures { get; } = new(options.Time);

    /// <summary>Watches while the run is carried on.</summary>
    public TripwireWatch? Watch { get; private set; }

    public void AskToPause() => _pauseAsked = true;

    /// <param name="seen">Whether a person has looked at what fired so far.</param>
    /// <param name="back">Whether the run is on its way back.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<TripwireWatch> BeginWatchAsync(bool seen, bool back, CancellationToken cancellation) =>
        Watch = await TripwireWatch.BeginAsync(store, options, Figures, seen, back, AskToPause, cancellation);

    /// <summary>The run turns back for a tripwire, which had asked for the pause.</summary>
    public void TurnBack()
    {
        Watch!.TurnBack();
        (_pauseAsked, _lastAsked) = (false, null);
    }

    /// <summary>Ends the step at hand when a tripwire wants that.</summary>
    public CancellationToken StepStop => Watch?.Stop ?? CancellationToken.None;

    public StepRunner Steps() => new(store, options, Figures, () => _pauseAsked);

    public EffectsUnderWay EffectsUnderWay() => new(store, options, () => _pauseAsked);

    public IStep Bind(StepSettings step) => options.Bind(step, store.Plan.Files);

    /// <summary>Asks the target at most twice a second: a thousand small steps are not to ask a thousand times.</summary>
    public async Task<bool> IsPauseAskedAsync(CancellationToken cancellation)
    {
        if (_pauseAsked || (_lastAsked is { } at && options.Time.GetElapsedTime(at) < AskInterval)) return _pauseAsked;
        _lastAsked = options.Time.GetTimestamp();
        if (!_pauseAsked && await store.ReadRequestAsync(cancellation) == RunRequest.Pause) _pauseAsked = true;
        return _pauseAsked;
    }

    /// <summary>Asks the target while a step is at work; between steps it is asked anyway.</summary>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        while (!_pauseAsked && !cancellation.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_listen, options.Time, cancellation);
                if (await store.ReadRequestAsync(cancellation) == RunRequest.Pause) _pauseAsked = true;
            }
            catch (Exception e) when (e is OperationCanceledException or TargetFaultException)
            {
                // A target that does not answer is the business of the step at hand, and of the lease.
            }
        }
    }

    public async Task<bool> LeaveAsync(RunbookState state, string? reason, string journalKind, CancellationToken cancellation, bool failed = false)
    {
        // Whoever lets go of the run watches it no more.
        if (Watch is not null) await Watch.EndAsync();
        return await _retries.RunAsync(
            async token =>
            {
                await store.LeaveAsync(state, reason, journalKind, token, failed);
                return true;
            },
            Waiting,
            cancellation);
    }

    /// <summary>Lets go of the run; unless a tripwire has fired that wants it back: then it is kept, and turns.</summary>
    public async Task<RunbookOutcome> PauseAsync(string reason, IReadOnlyList<Finding> findings, bool verificationFailed, CancellationToken cancellation, bool failed = false)
    {
        if (Watch is not null) await Watch.QuietAsync();
        if (Watch?.Tripped is { } tripped)
        {
            if (tripped.Action == TripwireAction.Rollback && !Watch.IsOver) return new RunbookOutcome.TurnsBack(tripped);
            reason = findings.Count == 0 ? tripped.Reason : $"{reason}; {tripped.Reason}";
            findings = [.. findings, tripped.Finding];
        }
        await LeaveAsync(RunbookState.Paused, reason, "run-paused", cancellation, failed || verificationFailed);
        return new RunbookOutcome.Paused(reason, findings, verificationFailed);
    }

    public static (string Reason, IReadOnlyList<Finding> Findings)? Explain(StepSettings step, StepResult result) => result switch
    {
        StepResult.Failed failed => ($"step {step.Id}: {failed.Findings[0].Message}", failed.Findings),
        StepResult.Undecided undecided => ($"step {step.Id}: {undecided.Reason}", []),
        _ => null,
    };

    public Task<bool> NoteAsync(
        string kind, Phase? phase, Func<IRunLedger, CancellationToken, Task> work, CancellationToken cancellation, JsonObject? more = null) =>
        _retries.RunAsync(
            attempt => store.RecordAsync(
                step: null,
                Notes,
                async (ledger, token) =>
                {
                    await work(ledger, token);
                    var body = more is null ? [] : (JsonObject)more.DeepClone();
                    if (phase is { } named) body["phase"] = PhaseNames.Of(named);
                    await ledger.JournalAsync(kind, body, token);
                    return true;
                },
                attempt),
            Waiting,
            cancellation);

    public GateContext GateContext(GateSettings gate, Phase phase, IReadOnlyDictionary<Phase, PhaseEstimate> estimates) => new()
    {
        Run = store.Run, Gate = gate, Phase = phase, Target = new PatientTarget(store, options), Folder = options.Folder, Time = options.Time, Environment = options.Environment, CheckSources = options.CheckSources, Estimates = estimates, Backups = store.Plan.Backups, Rehearsal = options.Rehearsal,
    };

    private void Waiting(TargetFaultException fault, TimeSpan wait) => options.Observer.Note($"{fault.Message}; trying again in {wait.TotalSeconds:0.0} s");

    public static string DeadlineOf(PhaseSettings phase) => $"the deadline of {PhaseNames.Of(phase.Phase)} ({DurationText.Write(phase.Deadline)})";

    public CancellationTokenSource Limit(TimeSpan left) => new(left < TimeLimit.Longest ? left : TimeLimit.Longest, options.Time);

    public static bool HasBegun(RunbookRun run, Phase phase) => run.Phases.Any(p => p.Phase == phase);
}
