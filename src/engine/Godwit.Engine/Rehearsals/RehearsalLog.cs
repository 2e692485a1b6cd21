namespace Godwit.Engine.Rehearsals;

/// <summary>What a rehearsal did otherwise than a real run: filled by the runner's flow, read when it is over.</summary>
public sealed class RehearsalLog
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _skipped = new(StringComparer.Ordinal), _notAsked = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TimeSpan> _shortened = new(StringComparer.Ordinal);

    /// <summary>Steps that were left out, and why.</summary>
    public IReadOnlyDictionary<string, string> SkippedSteps => Copy(_skipped);

    /// <summary>Gates and checks that were not asked, and their kinds.</summary>
    public IReadOnlyDictionary<string, string> QuestionsNotAsked => Copy(_notAsked);

    /// <summary>Steps that waited less, and how long they wait in a real run.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ShortenedSteps => Copy(_shortened);

    public void Skipped(string step, string why) => Set(_skipped, step, why);

    public void NotAsked(string question, string kind) => Set(_notAsked, question, kind);

    public void Shortened(string step, TimeSpan time)
    {
        lock (_gate) _shortened[step] = _shortened.TryGetValue(step, out var longest) && longest > time ? longest : time;
    }

    private void Set(SortedDictionary<string, string> to, string name, string value)
    {
        lock (_gate) to[name] = value;
    }

    private SortedDictionary<string, T> Copy<T>(SortedDictionary<string, T> from)
    {
        lock (_gate) return new SortedDictionary<string, T>(from, StringComparer.Ordinal);
    }
}
