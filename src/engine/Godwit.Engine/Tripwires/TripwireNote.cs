using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;

namespace Godwit.Engine.Tripwires;

/// <summary>What the journal has of tripwires. Figures are texts, since the journal's numbers are whole.</summary>
public static class TripwireNote
{
    public const string Fired = "tripwire-fired", Baselines = "baselines-measured", Seen = "tripwires-seen";

    internal static JsonObject OfFired(Tripwire tripwire, TripwireRow row, bool back)
    {
        var (state, fired) = (row.State, row.Fired!);
        var body = new JsonObject
        {
            ["action"] = Tripwire.WordOf(fired.Action),
            ["bounds"] = tripwire.Bounds.Describe(row.Baseline?.Value),
            ["cause"] = WordOf(fired.Cause),
            ["for"] = DurationText.Write(tripwire.For),
            ["reason"] = fired.Reason,
            ["source"] = tripwire.Source.Describe(),
            ["tripwire"] = tripwire.Id,
            ["way"] = back ? "back" : "forward",
        };
        if (state.Value is { } value) body["value"] = Expectation.Write(value);
        if ((fired.Cause == TripwireCause.NoData ? state.SilentSince : state.OutSince) is { } since) body["since"] = since.ToString("O", CultureInfo.InvariantCulture);
        if (state.Silence is { } silence) body["silence"] = silence;
        if (row.Baseline is { } baseline) body["baseline"] = Expectation.Write(baseline.Value);
        return body;
    }

    internal static JsonObject OfBaselines(IEnumerable<TripwireRow> rows) => new()
    {
        ["tripwires"] = new JsonObject(rows.OrderBy(r => r.Id, StringComparer.Ordinal).Select(r => KeyValuePair.Create(
            r.Id, (JsonNode?)new JsonObject { ["looks"] = r.Baseline!.Looks, ["value"] = Expectation.Write(r.Baseline.Value) }))),
    };

    public static string WordOf(TripwireCause cause) => cause switch { TripwireCause.NoData => "no-data", TripwireCause.OutOfBounds => "out-of-bounds", _ => "flapping" };
}
