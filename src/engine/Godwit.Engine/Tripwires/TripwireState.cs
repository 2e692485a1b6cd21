namespace Godwit.Engine.Tripwires;

/// <summary>Where a tripwire stands. Times are the target's.</summary>
public sealed record TripwireState
{
    public static TripwireState Begin { get; } = new();

    /// <summary>When it was looked at last, with or without an answer.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    /// <summary>When it last had a number.</summary>
    public DateTimeOffset? NumberAt { get; init; }

    public decimal? Value { get; init; }

    /// <summary>Since when it has been out of its bounds; null within.</summary>
    public DateTimeOffset? OutSince { get; init; }

    /// <summary>Since when it has been within them; null outside.</summary>
    public DateTimeOffset? WithinSince { get; init; }

    /// <summary>Since when there has been no number; null while there is one.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>Why there is no number.</summary>
    public string? Silence { get; init; }

    /// <summary>How often it came back before its time was over, without having stayed.</summary>
    public int Returns { get; init; }

    /// <summary>It has fired for being out of bounds: it does not again until it has been within them.</summary>
    public bool Held { get; init; }

    /// <summary>It has fired for silence: it does not again until there has been a number.</summary>
    public bool HeldSilent { get; init; }

    /// <summary>It may yet fire for what it is now.</summary>
    public bool IsUndecided => (OutSince is not null && !Held) || (SilentSince is not null && !HeldSilent);
}

/// <summary>Why a tripwire fires.</summary>
public enum TripwireCause
{
    /// <summary>The figure was out of its bounds for too long.</summary>
    OutOfBounds,

    /// <summary>There was no figure for too long: it neither holds nor does not.</summary>
    NoData,

    /// <summary>The figure keeps leaving its bounds and coming back before its time is over.</summary>
    Flapping,
}
