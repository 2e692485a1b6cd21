namespace Godwit.Engine.Tripwires;

/// <summary>A tripwire of a run as its row has it.</summary>
public sealed record TripwireRow(string Id)
{
    public TripwireState State { get; init; } = TripwireState.Begin;

    /// <summary>What it was before the run's first phase; null where that was not measured.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>The last time that it fired; null when it never did.</summary>
    public TripwireFired? Fired { get; init; }
}

/// <param name="Value">The figure, made of its looks as the tripwire makes its own.</param>
/// <param name="Looks">Of which it is made.</param>
public sealed record Baseline(decimal Value, int Looks, DateTimeOffset At);

/// <param name="Action">What was done about it.</param>
/// <param name="Reason">In one sentence.</param>
/// <param name="SeenAt">When a person said that it was looked at, or that the run was rolled back for it; null until then.</param>
public sealed record TripwireFired(DateTimeOffset At, TripwireCause Cause, TripwireAction Action, string Reason, DateTimeOffset? SeenAt);
