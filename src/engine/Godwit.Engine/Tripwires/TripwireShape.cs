using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Figures;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tripwires;

/// <summary>How a runbook declares a tripwire.</summary>
public static class TripwireShape
{
    public static IReadOnlyList<string> DefaultPhases { get; } = ["switch", "observe", Tripwire.WayBack];

    private static readonly string[] s_actions = ["warn", "pause", "rollback"];

    private static readonly Shape.Text s_factor = new(TripwireBounds.FactorText) { Expected = "a factor such as 1.5x, or a change such as +50%", MaxLength = 20 };

    private static readonly Shape.Map s_silence = new(
        new Field("after", new Shape.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(7)), "How long; without it two minutes, or four times `every` where that is longer"),
        new Field("action", new Shape.Choice(s_actions), "What is done then") { Default = "pause" })
    {
        Short = "after", Name = "no data", Description = "What is done about a source that has gone silent",
    };

    /// <param name="id">The shape of an id.</param>
    public static Shape.OneOf Make(Shape.Text id) => new(
        [
            new("id", id, "Names the tripwire", Required: true),
            new("title", new Shape.Text(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 }, "What it is about, in a few words"),
            new("above", new Shape.Number(decimal.MinValue), "The figure has to stay at or below this"),
            new("below", new Shape.Number(decimal.MinValue), "The figure has to stay at or above this"),
            new("above_baseline", s_factor, "The figure has to stay at or below this much of what it was before the run: 1.5x, +50%"),
            new("below_baseline", s_factor, "The figure has to stay at or above this much of what it was before the run: 0.5x, -50%"),
            new("baseline_at_least", new Shape.Number(decimal.MinValue), "A baseline that is less is taken for this"),
            new("baseline", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), "How long it is looked at before the first phase; 0s does not, for what is only there later") { Default = "30s" },
            new("aggregate", new Shape.Choice([.. SampleWindow.Aggregates]), "What is made of the looks of a window: avg, min, max, percentiles, their sum, their sum by the second, or the share of looks that failed. Without it the last look; for a log the sum"),
            new("window", new Shape.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(7)), "How long a look counts; without it 1m where an aggregate needs one"),
            new("enough", new Shape.Whole(1, 10_000), "How many numbers the window has to hold; with fewer there is no data") { Default = "1" },
            new("every", new Shape.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)), "How often it is looked at") { Default = "30s" },
            new("for", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(7)), "How long it may be out of bounds, look after look, before anything is done") { Default = "0s" },
            new("no_data", s_silence, "How long there may be no number, and what is done then; never taken for fine"),
            new("action", new Shape.Choice(s_actions), "What is done then") { Default = "pause" },
            new("stop_within", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), "How long the step at hand may take to come to the end of its part before it is ended") { Default = "30s" },
            new("phases", new Shape.List(new Shape.Choice([.. PhaseNames.All.Select(PhaseNames.Of), Tripwire.WayBack])) { Min = 1, Max = 7 }, "When it is watched: phases on the way forward, and the way back as a whole") { Default = $"[{string.Join(", ", DefaultPhases)}]" },
        ],
        [FigureShape.Sql, FigureShape.Http, FigureShape.Metric, FigureShape.Log, FigureShape.Run])
    { Name = "tripwire", Description = "A watched figure with a threshold and an action" };

    /// <param name="item">In normal form.</param>
    /// <param name="place">Where it was written.</param>
    public static IEnumerable<Finding> FindFaults(JsonObject item, Place.InFile place)
    {
        var bounds = (string[])["above", "below", "above_baseline", "below_baseline"];
        if (!bounds.Any(item.Has)) yield return Finding.Error(FindingCodes.RunbookMissing, "The tripwire has no threshold", place, "Add \"above\", \"below\", \"above_baseline\" or \"below_baseline\"");
        // An item that could not be read whole has its finding.
        if (!item.Has("id") || FigureKey(item) is null) yield break;
        foreach (var finding in FigureShape.Check(item, place)) yield return finding;
        var tripwire = Tripwire.Read(item);
        if (tripwire.Id.StartsWith("godwit.", StringComparison.Ordinal)) yield return Wrong("Ids that begin with \"godwit.\" are Godwit's own", place);
        if (tripwire.For > TimeSpan.Zero && tripwire.For < tripwire.Every)
            yield return Wrong($"\"for\" ({DurationText.Write(tripwire.For)}) is shorter than \"every\" ({DurationText.Write(tripwire.Every)}): no look would see it through", place, "Look more often, or leave \"for\" out.");
        if (SampleWindow.NeedsWindow(tripwire.Aggregate) && tripwire.Window < tripwire.Every)
            yield return Wrong($"\"window\" ({DurationText.Write(tripwire.Window)}) is shorter than \"every\" ({DurationText.Write(tripwire.Every)}): it would hold one look", place);
        if (!SampleWindow.NeedsWindow(tripwire.Aggregate) && item.Has("window")) yield return Wrong("A window needs an \"aggregate\": what is made of its looks", place);
        if (tripwire.Silence < tripwire.Every * 2) yield return Wrong("\"no_data\" is sooner than two looks: one answer that is late would be a silence", place);
        if (tripwire.Enough * tripwire.Every > tripwire.Window && tripwire.Enough > 1) yield return Wrong("The window never holds \"enough\" looks", place);
        if (tripwire.Bounds.IsRelative && tripwire.BaselineFor == TimeSpan.Zero) yield return Wrong("A bound relative to the baseline needs one to be measured", place, "Leave \"baseline: 0s\" out.");
        if (!tripwire.Bounds.IsRelative && item.Has("baseline_at_least")) yield return Wrong("\"baseline_at_least\" is for bounds relative to the baseline", place);
        if (tripwire.Source is FigureSource.Http { Figure: "latency" } probe && tripwire.Bounds.Above > (decimal)probe.Request.Timeout.TotalMilliseconds)
            yield return Wrong("The probe is not waited for as long as its bound: it could never be above it", place, "Give it a longer \"request_timeout\".");
    }

    /// <param name="item">In normal form.</param>
    /// <param name="sources">The runbook's.</param>
    /// <param name="place">Where it was written.</param>
    public static IEnumerable<Finding> FindSourceFaults(JsonObject item, IReadOnlyDictionary<string, ValueFrom> sources, Place.InFile place)
    {
        if (item.MapOrNull(FigureSource.SqlKey)?.TextOrNull("source") is not { } name) yield break;
        if (!sources.TryGetValue(name, out var source))
        {
            var meant = Suggestion.For(name, sources.Keys);
            yield return Finding.Error(FindingCodes.TripwireSource, $"The tripwire asks the source \"{name}\", which the runbook does not declare", place, meant is null ? "Declare it under \"sources\"" : $"Did you mean \"{meant}\"?");
        }
        else if (source.Literal is not null)
        {
            yield return Finding.Error(FindingCodes.TripwireSource, $"The tripwire asks the source \"{name}\", which is a file: tripwires ask PostgreSQL databases", place, "Give the source an env or file that holds a PostgreSQL URL");
        }
    }

    private static string? FigureKey(JsonObject item) =>
        ((string[])[FigureSource.SqlKey, FigureSource.HttpKey, FigureSource.MetricKey, FigureSource.LogKey, FigureSource.RunKey]).FirstOrDefault(item.Has);

    private static Finding Wrong(string message, Place.InFile place, string? remedy = null) => Finding.Error(FindingCodes.TripwireSettings, message, place, remedy);
}
