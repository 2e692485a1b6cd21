namespace Godwit.Engine.Tripwires;

/// <summary>What a tripwire does, the gentlest first.</summary>
public enum TripwireAction
{
    Warn,
    Pause,
    Rollback,
}
