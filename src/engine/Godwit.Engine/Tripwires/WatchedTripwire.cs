using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Figures;

namespace Godwit.Engine.Tripwires;

/// <summary>One tripwire at work: looks, and what became of it. Its looks come one after another.</summary>
internal sealed class WatchedTripwire(Tripwire tripwire, TripwireRow row, FigureContext context, WatchClock clock) : IDisposable
{
    private readonly FigureReader _reader = new(tripwire.Source, context);
    private readonly SampleWindow _window = new(tripwire.Aggregate, tripwire.Window, tripwire.Enough);
    private readonly Lock _lock = new();
    private Task<FigureReading>? _probe;
    private TripwireRow _row = row;
    private long _looks;

    public Tripwire Tripwire => tripwire;

    public TripwireRow Row
    {
        get
        {
            lock (_lock) return _row;
        }
    }

    /// <summary>Its row; null while it fires and that is not on record yet.</summary>
    public TripwireRow? Settled
    {
        get
        {
            lock (_lock) return IsFiring ? null : _row;
        }
    }

    /// <summary>Whether it fires and that is not on record yet.</summary>
    public bool IsFiring { get; private set; }

    public void HasFired()
    {
        lock (_lock) IsFiring = false;
    }

    /// <summary>How often it was looked at by this process.</summary>
    public long Looks => Interlocked.Read(ref _looks);

    /// <summary>The figure as it is now. One look at a time: where the one before is not answered yet, there is no number.</summary>
    /// <param name="patience">How long an answer is waited for; a later one is taken by a later look.</param>
    public async Task<FigureReading> ProbeAsync(TimeSpan patience, CancellationToken cancellation)
    {
        // Not ended with the wait: a query that is slow is answered in the end, and not asked twice at once.
        _probe ??= _reader.ReadAsync(cancellation);
        if (await Task.WhenAny(_probe, Task.Delay(patience, context.Time, cancellation)) != _probe)
        {
            cancellation.ThrowIfCancellationRequested();
            return FigureReading.None("no answer yet");
        }
        var probe = _probe;
        _probe = null;
        return await probe;
    }

    /// <summary>Looks, and tells why it fires if it does.</summary>
    public async Task<TripwireCause?> LookAsync(CancellationToken cancellation)
    {
        var reading = await ProbeAsync(tripwire.Every, cancellation);
        var at = clock.Now;
        _window.Add(at, reading);
        var (made, isOut) = Judge();
        lock (_lock)
        {
            var (state, fires) = TripwireMachine.Next(_row.State, at, made, _ => isOut, tripwire.For, tripwire.Silence);
            _row = _row with { State = state };
            IsFiring = fires is not null;
            Interlocked.Increment(ref _looks);
            return fires;
        }
    }

    /// <summary>What the looks of the window make, and whether that is out of bounds.</summary>
    private (FigureReading Made, bool IsOut) Judge()
    {
        try
        {
            var made = _window.Read();
            return (made, made.Number is { } number && tripwire.Bounds.IsOut(number, Row.Baseline?.Value));
        }
        catch (OverflowException)
        {
            return (FigureReading.None("it is too large to reckon with"), false);
        }
    }

    public TripwireRow Change(Func<TripwireRow, TripwireRow> change)
    {
        lock (_lock) return _row = change(_row);
    }

    /// <summary>Why it fires, in one sentence.</summary>
    public string Explain(TripwireCause cause, TripwireAction action)
    {
        var (state, baseline) = (Row.State, Row.Baseline?.Value);
        var name = $"tripwire {tripwire.Id}{(tripwire.Title is { } title ? $" ({title})" : "")}";
        return cause switch
        {
            TripwireCause.NoData => $"{name}: no data for {Span(clock.Now - state.SilentSince)}: {state.Silence}: {Tripwire.WordOf(action)}",
            TripwireCause.Flapping => $"{name}: left its bounds and came back {TripwireMachine.MostReturns} times, never for as long as {DurationText.Write(tripwire.For)}: {Tripwire.WordOf(action)}",
            _ => $"{name}: {Expectation.Write(state.Value ?? 0)}, {tripwire.Bounds.Describe(baseline)}{(tripwire.For > TimeSpan.Zero ? $", for {Span(clock.Now - state.OutSince)}" : "")}: {Tripwire.WordOf(action)}",
        };
    }

    public void Dispose() => _reader.Dispose();

    private static string Span(TimeSpan? time) => DurationText.Write(time is { } known ? known.TotalSeconds < 10 ? TimeSpan.FromMilliseconds(Math.Floor(known.TotalMilliseconds / 100) * 100) : TimeSpan.FromSeconds(Math.Floor(known.TotalSeconds)) : TimeSpan.Zero);
}
