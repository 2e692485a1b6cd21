namespace Godwit.Engine.Backfill;

/// <summary>
/// How many rows a batch takes: after one of n rows that took t, n * sqrt(100 ms / t), at least half and at most one and a half times n. The root keeps
/// one slow batch from throwing the size about.
/// </summary>
public sealed class BatchSize
{
    public const int DefaultMinimum = 1000, DefaultMaximum = 5000;

    private static readonly TimeSpan Aim = TimeSpan.FromMilliseconds(100);

    private readonly int _minimum, _maximum;

    /// <param name="minimum">Only timeouts and faults go below it.</param>
    /// <param name="maximum">The same as <paramref name="minimum"/> for a size that does not adapt.</param>
    public BatchSize(int minimum = DefaultMinimum, int maximum = DefaultMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        (_minimum, _maximum) = (minimum, maximum);
        Rows = minimum;
    }

    /// <summary>Rows of the next batch.</summary>
    public int Rows { get; private set; }

    /// <summary>A whole batch of <see cref="Rows"/> rows committed.</summary>
    public void Took(TimeSpan elapsed)
    {
        var factor = elapsed <= TimeSpan.Zero ? 1.5 : Math.Clamp(Math.Sqrt(Aim / elapsed), 0.5, 1.5);
        // A size that a timeout brought below the minimum climbs back; it does not jump. Rounded up, since half as much again of one is one.
        var least = Math.Min(_minimum, Rows);
        Rows = Math.Clamp((int)(factor > 1 ? Math.Ceiling(Rows * factor) : Rows * factor), least, _maximum);
    }

    /// <summary>A batch took longer than it may, or collided with others: nothing of it was written.</summary>
    public void TimedOut() => Rows = Math.Max(1, Rows / 2);
}
