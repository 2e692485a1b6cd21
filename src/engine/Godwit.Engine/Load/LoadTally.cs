using System.Collections.Concurrent;
using Godwit.Engine.Requests;

namespace Godwit.Engine.Load;

/// <summary>What a load test has counted so far. Any number of threads may count at once; the memory depends on the file alone.</summary>
internal sealed class LoadTally
{
    private readonly LatencyHistogram _latencies = new();
    private readonly LatencyHistogram _lateness = new();
    private readonly Dictionary<string, PerRequest> _requests;
    private readonly long[] _statuses = new long[1000];
    private readonly ConcurrentDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private long _begun, _dropped, _answered, _failed, _givenUp, _bytes;
    private int _inFlight;

    public LoadTally(RequestFile file) => _requests = file.RequestNames.ToDictionary(n => n, _ => new PerRequest(), StringComparer.Ordinal);

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Begin(TimeSpan late)
    {
        Interlocked.Increment(ref _begun);
        Interlocked.Increment(ref _inFlight);
        _lateness.Add(late);
    }

    public void End() => Interlocked.Decrement(ref _inFlight);

    public void Drop() => Interlocked.Increment(ref _dropped);

    public void Count(RequestOutcome outcome)
    {
        var (answer, own) = (outcome.Answer, _requests[outcome.Request.Name]);
        if (answer.End == RequestEnd.GivenUp)
        {
            Interlocked.Increment(ref _givenUp);
            return;
        }
        if (answer.End == RequestEnd.Answered)
        {
            Interlocked.Increment(ref _answered);
            Interlocked.Increment(ref _statuses[Math.Clamp(answer.Status, 0, _statuses.Length - 1)]);
            Interlocked.Add(ref _bytes, answer.Bytes);
        }
        // A connection that is refused at once is no quick answer; one that nobody answers in time took at least that long.
        if (answer.End is RequestEnd.Answered or RequestEnd.Timeout)
        {
            _latencies.Add(answer.Took);
            own.Latencies.Add(answer.Took);
        }
        own.Count(outcome.Why is not null);
        if (outcome.Why is null) return;
        Interlocked.Increment(ref _failed);
        _errors.AddOrUpdate(KindOf(outcome), 1, (_, n) => n + 1);
    }

    public LoadFigures Read(TimeSpan elapsed, TimeSpan generating, double wanted) => new()
    {
        Elapsed = elapsed,
        Generating = generating,
        Begun = Interlocked.Read(ref _begun),
        Dropped = Interlocked.Read(ref _dropped),
        Answered = Interlocked.Read(ref _answered),
        Failed = Interlocked.Read(ref _failed),
        GivenUp = Interlocked.Read(ref _givenUp),
        InFlight = InFlight,
        Bytes = Interlocked.Read(ref _bytes),
        WantedRate = wanted,
        Latency = LatencyFigures.Of(_latencies),
        Late = LatencyFigures.Of(_lateness),
        Statuses = _statuses.Index().Where(s => s.Item > 0).ToDictionary(s => s.Index, s => s.Item),
        Errors = _errors.OrderBy(e => e.Key, StringComparer.Ordinal).ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal),
        Requests = _requests.Select(r => r.Value.Read(r.Key)).ToList(),
    };

    private static string KindOf(RequestOutcome outcome) => outcome.Answer.End switch
    {
        RequestEnd.Timeout => "no answer in time",
        RequestEnd.NotConnected => "no connection",
        RequestEnd.Broken => "connection broke",
        RequestEnd.NotSent => "not sent",
        _ when !outcome.Request.Expect.IsExpected(outcome.Answer.Status) => "unexpected status",
        _ => "unexpected answer",
    };

    private sealed class PerRequest
    {
        private long _ended, _failed;

        public LatencyHistogram Latencies { get; } = new();

        public void Count(bool failed)
        {
            Interlocked.Increment(ref _ended);
            if (failed) Interlocked.Increment(ref _failed);
        }

        public RequestFigures Read(string name) => new(name, Interlocked.Read(ref _ended), Interlocked.Read(ref _failed), LatencyFigures.Of(Latencies));
    }
}
