using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Requests;
using Godwit.Model.Findings;

namespace Godwit.Engine.Load;

/// <summary>How much load, for how long, and what the figures have to be.</summary>
public sealed record LoadSettings(LoadProfile Profile, int MaxInFlight, LoadThresholds Thresholds)
{
    public const decimal LargestRate = 100_000;

    public const int MostInFlight = 20_000;

    public static readonly TimeSpan ShortestDuration = TimeSpan.FromMilliseconds(100), LongestDuration = TimeSpan.FromDays(2);

    public static IReadOnlyList<Field> Fields { get; } =
    [
        new("rate", new Shape.Number(0.01m, LargestRate), "How many scenarios are begun a second, whether the ones before are over or not", Required: true),
        new("duration", new Shape.Duration(ShortestDuration, LongestDuration), "How long scenarios are begun, the ramp included") { Default = "1m" },
        new("ramp", new Shape.Duration(TimeSpan.Zero, LongestDuration), "How long the rate grows at first") { Default = "0s" },
        new("from", new Shape.Number(0, LargestRate), "The rate that it grows from") { Default = "0" },
        new("max_in_flight", new Shape.Whole(1, MostInFlight), "How many scenarios may be under way at once; what is due beyond that is dropped, counted, and an error") { Default = "1000" },
        new("thresholds", LoadThresholds.Shape, "What the figures have to be") { Default = "{}" },
    ];

    public static LoadSettings Read(JsonObject settings) => new(
        new LoadProfile((double)settings.Number("rate"), settings.Duration("duration"), settings.Duration("ramp"), (double)settings.Number("from")),
        (int)settings.Whole("max_in_flight"), LoadThresholds.Read(settings.Map("thresholds")));

    /// <summary>What does not fit together, in words.</summary>
    public IEnumerable<string> FindFaults(RequestFile file)
    {
        if (Profile.Ramp > Profile.Duration) yield return "The ramp is longer than the duration, which it is part of";
        if (Profile.Total < 1) yield return "At that rate nothing begins within the duration";
        foreach (var name in Thresholds.Requests.Keys.Where(n => !file.RequestNames.Contains(n, StringComparer.Ordinal)))
        {
            var meant = Suggestion.For(name, file.RequestNames);
            yield return $"There is no request \"{name}\" in the file{(meant is null ? "" : $"; did you mean \"{meant}\"?")}";
        }
    }

    public IEnumerable<Finding> Check(RequestFile file, Place.InFile? place) => FindFaults(file).Select(f => Finding.Error(FindingCodes.KindSettings, f, place));
}
