using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Godwit.Engine.Figures;
using Godwit.Engine.Moves;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tripwires;

/// <summary>
/// Watches a run's tripwires beside the step at work. Each has a flow of its own, so that a source that hangs holds up nothing else. What fires is on record before the run is told to
/// stop; then the step at hand may come to the end of its part, and is ended when it does not.
/// </summary>
internal sealed class TripwireWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(1);

    private readonly RunnerOptions _options;
    private readonly TripwireBook _book;
    private readonly WatchClock _clock;
    private readonly IReadOnlyList<WatchedTripwire> _tripwires;
    private readonly Action _askToPause;
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private CancellationTokenSource _stop;

    // When the step at hand is ended, by the timer: the earliest that anything asked for.
    private long? _stopAt;
    private TaskCompletionSource _change = NewSignal(), _look = NewSignal();
    private (Phase Phase, bool Back)? _at;
    private Tripped? _tripped;
    private bool _turned;
    private Task _work = Task.CompletedTask;

    private TripwireWatch(RunnerOptions options, TripwireBook book, WatchClock clock, IReadOnlyList<WatchedTripwire> tripwires, Action askToPause) =>
        (_options, _book, _clock, _tripwires, _askToPause, _stop) = (options, book, clock, tripwires, askToPause, NewStop(options));

    /// <summary>The one that stops the run; a rollback goes before a pause.</summary>
    public Tripped? Tripped
    {
        get
        {
            lock (_lock) return _tripped;
        }
    }

    /// <summary>Ends the step at hand, some time after it was asked to stop.</summary>
    public CancellationToken Stop
    {
        get
        {
            lock (_lock) return _stop.Token;
        }
    }

    /// <param name="store">The run.</param>
    /// <param name="options">What its runner works with.</param>
    /// <param name="figures">The run's own.</param>
    /// <param name="seen">Whether a person has looked at what fired so far.</param>
    /// <param name="back">Whether the run is on its way back.</param>
    /// <param name="askToPause">Asks the step at hand to stop after its part.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<TripwireWatch> BeginAsync(IRunStore store, RunnerOptions options, RunFigures figures, bool seen, bool back, Action askToPause, CancellationToken cancellation)
    {
        // What they watch is the real thing, which a rehearsal does not touch.
        var declared = options.Rehearsal is null ? Tripwire.Of(store.Plan) : [];
        var clock = new WatchClock(declared.Count == 0 ? default : await TargetClock.ReadAsync(store, cancellation), options.Time);
        var context = new FigureContext { Queries = options.Queries, Environment = options.Environment, Time = options.Time, Folder = options.Folder, Run = figures };
        var kept = declared.Count == 0 ? [] : (await store.ReadTripwiresAsync(cancellation)).ToDictionary(r => r.Id, StringComparer.Ordinal);
        var book = new TripwireBook(store, options);
        var tripwires = declared.Select(t => new WatchedTripwire(t, Rearming.Of(kept.GetValueOrDefault(t.Id) ?? new TripwireRow(t.Id), seen, back, clock), context, clock)).ToList();
        var looked = tripwires.Where(t => kept.TryGetValue(t.Tripwire.Id, out var row) && row.Fired is { SeenAt: null } && t.Row.Fired is { SeenAt: not null }).Select(t => t.Row).ToList();
        if (looked.Count > 0)
            await book.RecordAsync(looked, TripwireNote.Seen, new JsonObject { ["tripwires"] = new JsonArray([.. looked.Select(r => JsonValue.Create(r.Id))]) }, cancellation);
        var watch = new TripwireWatch(options, book, clock, tripwires, askToPause);
        if (tripwires.Count > 0) watch._work = watch.WorkAsync();
        return watch;
    }

    /// <summary>What asked for a rollback and was not followed yet: the process that was to do it is gone, or it could not.</summary>
    public Tripped? Unfollowed => _tripwires.Select(t => t.Row).Where(AskedBack)
        .Select(r => new Tripped(r.Id, r.Fired!.Cause, TripwireAction.Rollback, r.Fired.Reason)).FirstOrDefault();

    /// <summary>What warned and nobody has looked at.</summary>
    public IReadOnlyList<TripwireRow> Warnings => [.. _tripwires.Select(t => t.Row).Where(r => r.Fired is { Action: TripwireAction.Warn, SeenAt: null })];

    public void Enter(Phase phase, bool back)
    {
        lock (_lock) _at = (phase, back);
        Signal(ref _change);
    }

    /// <summary>The run turns back for a tripwire: those that asked for it have what they want, and watch on in silence.</summary>
    public void TurnBack()
    {
        foreach (var tripwire in _tripwires.Where(t => AskedBack(t.Row))) tripwire.Change(r => r with { State = r.State with { Held = true, HeldSilent = true } });
        lock (_lock)
        {
            (_turned, _tripped, _at) = (true, null, null);
            (_stop, _stopAt) = (NewStop(_options), null);
        }
    }

    private static bool AskedBack(TripwireRow row) => row.Fired is { SeenAt: null, Action: TripwireAction.Rollback };

    /// <summary>
    /// Looks once more at everything that watches here, and waits for what may yet fire and will not be watched any more: a run is not done while a figure is out of its bounds. Ends
    /// early when something fires, or when somebody asks for a pause.
    /// </summary>
    /// <param name="next">The phase that follows; null when none does.</param>
    /// <param name="pauseAsked">Whether somebody asks for a pause.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task SettleAsync(Phase? next, Func<Task<bool>> pauseAsked, CancellationToken cancellation)
    {
        if (_at is not var (phase, back)) return;
        var here = _tripwires.Where(t => t.Tripwire.Watches(phase, back)).Select(t => (Tripwire: t, Before: t.Looks)).ToList();
        if (here.Count == 0) return;
        Signal(ref _change);
        while (Tripped is null && !_work.IsCompleted && !await pauseAsked())
        {
            var looked = LookSignal();
            var waiting = here.Where(t => t.Tripwire.IsFiring || t.Tripwire.Looks == t.Before || (t.Tripwire.Row.State.IsUndecided && !(next is { } after && t.Tripwire.Tripwire.Watches(after, back)))).ToList();
            if (waiting.Count == 0) return;
            await Task.WhenAny(looked, Task.Delay(TimeSpan.FromMilliseconds(500), _options.Time, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Measures what has no baseline yet. Null when all have what they need; else why the run does not begin.</summary>
    public Task<(string Reason, Finding Finding)?> MeasureAsync(Func<Task<bool>> pauseAsked, CancellationToken cancellation) =>
        new Baselines(_options, _book, _clock, _tripwires).MeasureAsync(pauseAsked, cancellation);

    /// <summary>Waits until everything that fires is on record: whoever decides what becomes of the run decides with it.</summary>
    public async Task QuietAsync()
    {
        while (!_work.IsCompleted)
        {
            var looked = LookSignal();
            if (!_tripwires.Any(t => t.IsFiring)) return;
            await Task.WhenAny(looked, Task.Delay(TimeSpan.FromMilliseconds(500), _options.Time));
        }
    }

    /// <summary>Nothing fires and nothing is written after this.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await _work;
    }

    /// <summary>Whether whoever carried the run on is through with it: a fault led there, and nobody is left who could turn back.</summary>
    public bool IsOver { get; private set; }

    public async ValueTask DisposeAsync()
    {
        // Its sources are left to the collector: whoever lets go of the run after a fault ends the watch once more.
        await EndAsync();
        IsOver = true;
        foreach (var tripwire in _tripwires) tripwire.Dispose();
    }

    private async Task WorkAsync()
    {
        await Task.WhenAll([.. _tripwires.Select(WatchAsync), SaveAsync()]);
        // Where they stood when nobody looked any more.
        await GuardAsync(() => _book.SaveAsync(_tripwires, CancellationToken.None));
    }

    private async Task WatchAsync(WatchedTripwire tripwire)
    {
        while (!_over.IsCancellationRequested)
        {
            var change = ChangeSignal();
            if (Direction(tripwire) is not { } back)
            {
                await WaitAsync(change, Timeout.InfiniteTimeSpan);
                continue;
            }
            await GuardAsync(async () =>
            {
                if (await tripwire.LookAsync(_over.Token) is { } cause) await FireAsync(tripwire, cause, back);
            });
            tripwire.HasFired();
            Signal(ref _look);
            await WaitAsync(change, tripwire.Tripwire.Every);
        }
    }

    /// <summary>Whether the run is on its way back; null where the tripwire does not watch now.</summary>
    private bool? Direction(WatchedTripwire tripwire)
    {
        lock (_lock) return _at is var (phase, back) && tripwire.Tripwire.Watches(phase, back) ? back : null;
    }

    /// <summary>
    /// On record first, then done. On the way back a rollback is what is asked for, and only a warning is left of it; and nothing that warns is more than that because it flaps.
    /// </summary>
    private async Task FireAsync(WatchedTripwire tripwire, TripwireCause cause, bool back)
    {
        var asked = cause switch { TripwireCause.NoData => tripwire.Tripwire.OnSilence, TripwireCause.Flapping => TripwireAction.Warn, _ => tripwire.Tripwire.Action };
        var action = back && asked == TripwireAction.Rollback ? TripwireAction.Warn : asked;
        var reason = tripwire.Explain(cause, action);
        var before = tripwire.Row;
        // A rollback that was asked for and not begun is known by its row alone: nothing that asks for less takes its place there. The journal has both.
        var fired = new TripwireFired(_clock.Now, cause, action, reason, null);
        var keeps = !back && AskedBack(before) && action < TripwireAction.Rollback;
        var row = keeps ? before : tripwire.Change(r => r with { Fired = fired });
        try
        {
            await _book.RecordAsync([row], TripwireNote.Fired, TripwireNote.OfFired(tripwire.Tripwire, row with { Fired = fired }, back), CancellationToken.None);
        }
        catch
        {
            // Not on record, not fired: the next look tries again.
            tripwire.Change(r => r with { State = TripwireMachine.Unfired(r.State, cause), Fired = before.Fired });
            throw;
        }
        _options.Observer.Note(reason);
        if (action == TripwireAction.Warn) return;
        lock (_lock)
        {
            // It was asked while the run turned back for another one: what it asks for is being done, and nobody would follow it.
            if (_turned && action == TripwireAction.Rollback) return;
            if (_tripped is null || _tripped.Action < action) _tripped = new Tripped(tripwire.Tripwire.Id, cause, action, reason);
            EndStep(tripwire.Tripwire.StopWithin);
        }
        _askToPause();
    }

    /// <summary>Ends the step at hand so long from now, or sooner where something asked for that already: a timer that is set again forgets what it was set to.</summary>
    private void EndStep(TimeSpan after)
    {
        var at = _options.Time.GetTimestamp() + (long)(after.TotalSeconds * _options.Time.TimestampFrequency);
        if (_stopAt <= at) return;
        _stopAt = at;
        _stop.CancelAfter(after);
    }

    private static CancellationTokenSource NewStop(RunnerOptions options) => new(Timeout.InfiniteTimeSpan, options.Time);

    private async Task SaveAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            await WaitAsync(Task.Delay(Timeout.Infinite, _over.Token), s_saveEvery);
            await GuardAsync(() => _book.SaveAsync(_tripwires, _over.Token));
        }
    }

    /// <summary>A target that does not answer is the business of the step at hand; a lease that is lost ends everything that this process does with the run.</summary>
    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (LeaseLostException)
        {
            await _over.CancelAsync();
        }
        catch (Exception e) when (e is TargetFaultException or Ledger.LedgerException or Ledger.TargetRewoundException or OperationCanceledException)
        {
            // The runner meets the same, and says so.
        }
        catch (Exception e) when (e is not Invariants.InvariantException)
        {
            // Nobody expected it, so that nobody else says it; what watches watches on, and tries again with its next look.
            if (_told.TryAdd(e.GetType().Name, true)) _options.Observer.Note($"the watch of tripwires met a fault: {e.GetType().Name}");
        }
    }

    private async Task WaitAsync(Task signal, TimeSpan most)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        await Task.WhenAny(signal, Task.Delay(most, _options.Time, rest.Token));
        await rest.CancelAsync();
    }

    private Task ChangeSignal()
    {
        lock (_lock) return _change.Task;
    }

    private Task LookSignal()
    {
        lock (_lock) return _look.Task;
    }

    private void Signal(ref TaskCompletionSource signal)
    {
        TaskCompletionSource former;
        lock (_lock) (former, signal) = (signal, NewSignal());
        former.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
