namespace Godwit.Engine.Tripwires;

/// <summary>Where a tripwire stands when another runner begins to watch it.</summary>
internal static class Rearming
{
    /// <summary>Who goes on after a pause has it watched anew; what a person has looked at does not fire again until it was within its bounds.</summary>
    public static TripwireRow Of(TripwireRow row, bool seen, bool back, WatchClock clock) => row.Fired switch
    {
        { SeenAt: null } fired when seen => row with { Fired = fired with { SeenAt = clock.Now } },
        { SeenAt: null, Action: TripwireAction.Rollback } when back => row with { State = row.State with { Held = true, HeldSilent = true } },
        { SeenAt: null, Action: not TripwireAction.Warn } => row with { State = TripwireMachine.Anew(row.State) with { Held = false, HeldSilent = false } },
        _ => row,
    };
}
