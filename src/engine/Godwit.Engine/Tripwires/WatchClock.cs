namespace Godwit.Engine.Tripwires;

/// <summary>The target's clock, read once and carried on by this machine's timer, which nobody moves.</summary>
internal sealed class WatchClock(DateTimeOffset target, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    public DateTimeOffset Now => target + time.GetElapsedTime(_began);
}
