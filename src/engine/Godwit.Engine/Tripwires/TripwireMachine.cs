using Godwit.Engine.Figures;

namespace Godwit.Engine.Tripwires;

/// <summary>
/// What becomes of a tripwire with each look at it. Pure: the same looks give the same end.
/// <list type="bullet">
/// <item>It fires when a look finds it out of bounds and every look with a number since <c>for</c> ago did.</item>
/// <item>One look within bounds sets the time back to nothing. It counts the times that this happens before the time is over; at <see cref="MostReturns"/> without having stayed within
/// bounds for as long as <c>for</c>, it is flapping, which is said once.</item>
/// <item>A look without a number neither sets the time back nor fires for being out of bounds. Without a number for as long as <c>silence</c> it fires as silent, and the time is set back.</item>
/// <item>Not looked at for longer than <c>silence</c>, it begins anew: nobody knows what was meanwhile.</item>
/// </list>
/// </summary>
public static class TripwireMachine
{
    public const int MostReturns = 5;

    /// <param name="state">Before the look.</param>
    /// <param name="at">When it was looked.</param>
    /// <param name="reading">What was seen.</param>
    /// <param name="isOut">Whether a number is out of bounds.</param>
    /// <param name="for">How long it may be.</param>
    /// <param name="silence">How long there may be no number.</param>
    public static (TripwireState State, TripwireCause? Fires) Next(TripwireState state, DateTimeOffset at, FigureReading reading, Func<decimal, bool> isOut, TimeSpan @for, TimeSpan silence)
    {
        if (state.LookedAt is { } before && at - before > silence) state = Anew(state);
        state = state with { LookedAt = at };
        if (reading.Number is not { } number) return Silent(state, at, reading.Why ?? "no number", silence);
        state = state with { NumberAt = at, Value = number, SilentSince = null, Silence = null, HeldSilent = false };
        return isOut(number) ? Out(state, at, @for) : Within(state, at, @for);
    }

    /// <summary>As if it had not been looked at, but for what it has said already.</summary>
    public static TripwireState Anew(TripwireState state) => state with { OutSince = null, WithinSince = null, SilentSince = null, NumberAt = null, Returns = 0 };

    /// <summary>As if it had not fired for that: the next look that finds the same fires.</summary>
    public static TripwireState Unfired(TripwireState state, TripwireCause cause) => cause switch
    {
        TripwireCause.OutOfBounds => state with { Held = false },
        TripwireCause.NoData => state with { HeldSilent = false },
        _ => state with { Returns = Math.Min(state.Returns, MostReturns - 1) },
    };

    private static (TripwireState, TripwireCause?) Silent(TripwireState state, DateTimeOffset at, string why, TimeSpan silence)
    {
        var since = state.SilentSince ?? state.NumberAt ?? at;
        var over = at - since >= silence;
        state = state with { SilentSince = since, Silence = why };
        if (!over) return (state, null);
        var fires = !state.HeldSilent;
        return (state with { OutSince = null, WithinSince = null, Returns = 0, HeldSilent = true }, fires ? TripwireCause.NoData : null);
    }

    private static (TripwireState, TripwireCause?) Out(TripwireState state, DateTimeOffset at, TimeSpan @for)
    {
        var since = state.OutSince ?? at;
        var fires = !state.Held && at - since >= @for;
        return (state with { OutSince = since, WithinSince = null, Held = state.Held || fires }, fires ? TripwireCause.OutOfBounds : null);
    }

    private static (TripwireState, TripwireCause?) Within(TripwireState state, DateTimeOffset at, TimeSpan @for)
    {
        var since = state.WithinSince ?? at;
        var returns = state.OutSince is not null && !state.Held ? state.Returns + 1 : at - since >= @for ? 0 : state.Returns;
        var flaps = returns == MostReturns && state.Returns < MostReturns;
        return (state with { OutSince = null, WithinSince = since, Returns = returns, Held = false }, flaps ? TripwireCause.Flapping : null);
    }
}
