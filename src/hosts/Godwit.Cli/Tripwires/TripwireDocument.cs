using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;

namespace Godwit.Cli.Tripwires;

/// <summary>Where a tripwire stands, for people and as a document.</summary>
/// <param name="State"><c>unwatched</c>, <c>within</c>, <c>out</c>, <c>no-data</c>, or what it fired for: <c>warned</c>, <c>paused</c>, <c>rolled-back</c>.</param>
/// <param name="Value">The last figure; null where there was none yet.</param>
/// <param name="Bounds">What it fires at, with the baseline where it is relative to that.</param>
/// <param name="Does">What is watched and what is done, in one line.</param>
internal sealed record TripwireDocument(string Id, string State, string? Value, string Bounds, string Does)
{
    public string? Baseline { get; init; }

    /// <summary>By the target's clock, as the other times.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    public DateTimeOffset? OutSince { get; init; }

    public DateTimeOffset? NoDataSince { get; init; }

    /// <summary>Why there is no figure.</summary>
    public string? NoData { get; init; }

    /// <summary>How often it came back into its bounds before its time was over, without having stayed.</summary>
    public int Returns { get; init; }

    public DateTimeOffset? FiredAt { get; init; }

    public string? Fired { get; init; }

    /// <summary>When somebody said that it was looked at.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    public static IReadOnlyList<TripwireDocument> Of(RunbookRun run, IReadOnlyList<TripwireRow> rows)
    {
        var known = rows.ToDictionary(r => r.Id, StringComparer.Ordinal);
        return [.. Tripwire.Of(run.Plan).Select(t => Of(t, known.GetValueOrDefault(t.Id) ?? new TripwireRow(t.Id)))];
    }

    private static TripwireDocument Of(Tripwire tripwire, TripwireRow row)
    {
        var state = row.State;
        return new TripwireDocument(tripwire.Id, StateOf(row), state.Value is { } value ? Expectation.Write(value) : null, tripwire.Bounds.Describe(row.Baseline?.Value), tripwire.Describe(row.Baseline?.Value))
        {
            Baseline = row.Baseline is { } baseline ? Expectation.Write(baseline.Value) : null, LookedAt = state.LookedAt, OutSince = state.OutSince, NoDataSince = state.SilentSince, NoData = state.Silence,
            Returns = state.Returns, FiredAt = row.Fired?.At, Fired = row.Fired?.Reason, SeenAt = row.Fired?.SeenAt,
        };
    }

    private static string StateOf(TripwireRow row) => row switch
    {
        { Fired: { SeenAt: null, Action: TripwireAction.Rollback } } => "rolled-back",
        { Fired: { SeenAt: null, Action: TripwireAction.Pause } } => "paused",
        { Fired: { SeenAt: null } } => "warned",
        { State.LookedAt: null } => "unwatched",
        { State.SilentSince: not null } => "no-data",
        { State.OutSince: not null } => "out",
        _ => "within",
    };

    /// <summary>In one line.</summary>
    /// <param name="now">The target's clock.</param>
    public string Describe(DateTimeOffset now)
    {
        var text = State switch
        {
            "unwatched" => "not watched yet",
            _ when FiredAt is not null && SeenAt is null => $"{State}, {Span(now - FiredAt)} ago: {Fired}",
            "no-data" => $"NO DATA for {Span(now - NoDataSince)}: {NoData}",
            "out" => $"{Value}, OUT of bounds for {Span(now - OutSince)}",
            _ => $"{Value}, looked at {Span(now - LookedAt)} ago",
        };
        return $"{text}{(Returns > 0 ? $", came back {Returns} times" : "")}{(Baseline is null ? "" : $", baseline {Baseline}")}; {Does}";
    }

    private static string Span(TimeSpan? time) => DurationText.Write(TimeSpan.FromSeconds(Math.Max(0, Math.Floor(time?.TotalSeconds ?? 0))));
}
