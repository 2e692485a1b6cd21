namespace Godwit.Engine.Rehearsals;

/// <summary>What rehearsals have to be to count.</summary>
public sealed record RehearsalDemands
{
    public const int DefaultCount = 3;

    /// <summary>How many; the newest so many have to be good, all of them.</summary>
    public int Count { get; init; } = DefaultCount;

    /// <summary>Whether those on a copy that kept only the rows of some days count.</summary>
    public bool CutDown { get; init; }

    /// <summary>How long ago the oldest of them may have ended.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How old the copy's data may have been when the rehearsal began.</summary>
    public TimeSpan? CopyAge { get; init; }

    /// <summary>How long the way forward may have taken.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>How long the way back may have taken.</summary>
    public TimeSpan? BackWithin { get; init; }

    /// <summary>How long the way forward may have taken for each thousand rows of the copy.</summary>
    public TimeSpan? ForThousandRows { get; init; }
}
