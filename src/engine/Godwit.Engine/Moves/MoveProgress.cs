namespace Godwit.Engine.Moves;

/// <summary>The phases of a move, in order.</summary>
public enum MovePhase
{
    Open,
    Profile,
    Plan,
    Prepare,
    Copy,
    Index,
    Verify,
    Certify,
}

/// <summary>A moment of a move, for a display.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="Item">The table or object at hand.</param>
/// <param name="Done">Rows or steps done in this phase.</param>
/// <param name="Total">Rows or steps of this phase; 0 when unknown.</param>
/// <param name="Bytes">Bytes done in this phase, where bytes mean something.</param>
/// <param name="Elapsed">Since the phase began.</param>
public readonly record struct ProgressSample(MovePhase Phase, string Item, long Done, long Total, long Bytes, TimeSpan Elapsed)
{
    public double PerSecond => Elapsed > TimeSpan.Zero ? Done / Elapsed.TotalSeconds : 0;

    public double MegabytesPerSecond => Elapsed > TimeSpan.Zero ? Bytes / 1e6 / Elapsed.TotalSeconds : 0;

    /// <summary>Time left at the rate so far, once there is one.</summary>
    public TimeSpan? Left => Total > 0 && Done > 0 && PerSecond > 0 ? TimeSpan.FromSeconds(Math.Max(Total - Done, 0) / PerSecond) : null;
}

/// <summary>What a phase took: wall time, and time of this process on the processors.</summary>
public readonly record struct PhaseCost(TimeSpan Elapsed, TimeSpan Processor);

/// <summary>Counters that workers write and a display reads, without either waiting for the other.</summary>
public sealed class MoveProgress(TimeProvider time)
{
    private readonly Dictionary<MovePhase, PhaseCost> _costs = [];
    private TimeSpan _processorAtStart = Environment.CpuUsage.TotalTime;
    private long _done;
    private long _total;
    private long _bytes;
    private long _started = time.GetTimestamp();
    private volatile string _item = "";
    private volatile int _phase;

    /// <summary>Called when a phase begins, on the thread that begins it.</summary>
    public Action<MovePhase>? PhaseBegan { get; init; }

    /// <summary>What each finished phase took.</summary>
    public IReadOnlyDictionary<MovePhase, PhaseCost> Costs => _costs;

    public ProgressSample Sample() => new(
        (MovePhase)_phase, _item, Interlocked.Read(ref _done), Interlocked.Read(ref _total), Interlocked.Read(ref _bytes), time.GetElapsedTime(Interlocked.Read(ref _started)));

    public void Begin(MovePhase phase, long total = 0)
    {
        End();
        _phase = (int)phase;
        _item = "";
        Interlocked.Exchange(ref _done, 0);
        Interlocked.Exchange(ref _bytes, 0);
        Interlocked.Exchange(ref _total, total);
        Interlocked.Exchange(ref _started, time.GetTimestamp());
        _processorAtStart = Environment.CpuUsage.TotalTime;
        PhaseBegan?.Invoke(phase);
    }

    /// <summary>Closes the books on the phase at hand; time after this belongs to none until another begins.</summary>
    public void End()
    {
        var before = _costs.GetValueOrDefault((MovePhase)_phase);
        var processor = Environment.CpuUsage.TotalTime;
        _costs[(MovePhase)_phase] = new PhaseCost(
            before.Elapsed + time.GetElapsedTime(Interlocked.Read(ref _started)), before.Processor + (processor - _processorAtStart));
        Interlocked.Exchange(ref _started, time.GetTimestamp());
        _processorAtStart = processor;
    }

    public void At(string item) => _item = item;

    public void Add(long done, long bytes = 0)
    {
        Interlocked.Add(ref _done, done);
        Interlocked.Add(ref _bytes, bytes);
    }
}
