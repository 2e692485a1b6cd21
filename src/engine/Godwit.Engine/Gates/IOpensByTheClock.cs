namespace Godwit.Engine.Gates;

/// <summary>A gate that the time alone opens and closes: the run may wait for it, and may have to stop when it closes.</summary>
public interface IOpensByTheClock
{
    /// <summary>Whether the run waits until it opens, instead of pausing.</summary>
    bool Waits { get; }

    /// <summary>Whether a phase that is under way pauses when it closes.</summary>
    bool IsHard { get; }

    /// <summary>The zone of its times, by its IANA name.</summary>
    string Zone { get; }

    /// <summary>How it stands at a moment.</summary>
    /// <param name="now">By the target's clock.</param>
    /// <param name="needed">How much of it the phase needs; zero where it has begun.</param>
    GateTimes At(DateTimeOffset now, TimeSpan needed);

    /// <summary>How much of it has to be left when a phase begins.</summary>
    TimeSpan NeededFor(GateContext context);
}

/// <param name="IsOpen">Whether it is, with as much left as is needed.</param>
/// <param name="OpensAt">When it opens next with as much; null when it is open, or never does within a year.</param>
/// <param name="ClosesAt">When it closes: that which is open, or the next; null when it does not within a year.</param>
public sealed record GateTimes(bool IsOpen, DateTimeOffset? OpensAt, DateTimeOffset? ClosesAt);
