namespace Godwit.Cli.Demo.Service;

/// <summary>What a release tells about its last few seconds: the figures that the runbook compares green with blue by.</summary>
internal sealed class KeyFigures(TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Queue<(long At, double Milliseconds, bool Failed, bool Invalid)> _answers = new();
    private long _invalidKeys;

    /// <summary>Keys of nobody's since the release started: what surges when a pepper is wrong.</summary>
    public long InvalidKeys => Interlocked.Read(ref _invalidKeys);

    public void Add(long began, bool failed, bool invalid)
    {
        if (invalid) Interlocked.Increment(ref _invalidKeys);
        lock (_lock) _answers.Enqueue((time.GetTimestamp(), time.GetElapsedTime(began).TotalMilliseconds, failed, invalid));
    }

    /// <summary>Without an answer in that time there is no figure, which is not the same as a good one.</summary>
    public (int Answers, double? FailedShare, double? InvalidShare, double? P95) Read()
    {
        lock (_lock)
        {
            while (_answers.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > s_window) _answers.Dequeue();
            if (_answers.Count == 0) return (0, null, null, null);
            var sorted = _answers.Select(a => a.Milliseconds).Order().ToList();
            return (sorted.Count, (double)_answers.Count(a => a.Failed) / sorted.Count, (double)_answers.Count(a => a.Invalid) / sorted.Count, sorted[(sorted.Count * 95 / 100) is var at && at < sorted.Count ? at : ^1]);
        }
    }
}
