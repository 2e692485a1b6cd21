using System.Text.Json.Serialization;
using Godwit.Cli.Move;
using Godwit.Engine.Load;

namespace Godwit.Cli.Load;

/// <summary>What <c>godwit smoke --json</c> prints.</summary>
internal sealed record SmokeDocument
{
    public string Command => "smoke";

    /// <summary><c>passed</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required IReadOnlyList<SmokeRequestDocument> Requests { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];
}

/// <param name="State"><c>passed</c>, <c>failed</c> or <c>not-answered</c>.</param>
internal sealed record SmokeRequestDocument(string Name, string State, string Saw);

/// <summary>What <c>godwit load --json</c> prints. Times are milliseconds, shares from 0 to 1.</summary>
internal sealed record LoadDocument
{
    public string Command => "load";

    /// <summary><c>passed</c>, <c>missed</c> or <c>interrupted</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required double Seconds { get; init; }

    public required double WantedRate { get; init; }

    /// <summary>Answers a second.</summary>
    public required double Rate { get; init; }

    public required long Begun { get; init; }

    public required long Dropped { get; init; }

    public required long Answered { get; init; }

    public required long Failed { get; init; }

    public required long GivenUp { get; init; }

    public required double ErrorShare { get; init; }

    public required long Bytes { get; init; }

    public required LatencyDocument Latency { get; init; }

    /// <summary>How late the generator itself was.</summary>
    public required LatencyDocument Late { get; init; }

    public required IReadOnlyDictionary<string, long> Statuses { get; init; }

    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    public required IReadOnlyList<LoadRequestDocument> Requests { get; init; }

    /// <summary>Thresholds that were missed, in words.</summary>
    public required IReadOnlyList<string> Missed { get; init; }

    public static LoadDocument Of(LoadFigures figures, IReadOnlyList<string> missed, bool interrupted) => new()
    {
        Outcome = interrupted ? "interrupted" : missed.Count > 0 ? "missed" : "passed",
        ExitCode = interrupted ? Cli.ExitCode.Fault : missed.Count > 0 ? Cli.ExitCode.Findings : Cli.ExitCode.Done,
        Seconds = Math.Round(figures.Generating.TotalSeconds, 3), WantedRate = figures.WantedRate, Rate = Math.Round(figures.Rate, 3), Begun = figures.Begun, Dropped = figures.Dropped,
        Answered = figures.Answered, Failed = figures.Failed, GivenUp = figures.GivenUp, ErrorShare = figures.ErrorShare, Bytes = figures.Bytes,
        Latency = LatencyDocument.Of(figures.Latency), Late = LatencyDocument.Of(figures.Late),
        Statuses = figures.Statuses.ToDictionary(s => s.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), s => s.Value, StringComparer.Ordinal), Errors = figures.Errors,
        Requests = [.. figures.Requests.Select(r => new LoadRequestDocument(r.Name, r.Ended, r.Failed, LatencyDocument.Of(r.Latency)))],
        Missed = missed,
    };
}

internal sealed record LoadRequestDocument(string Name, long Ended, long Failed, LatencyDocument Latency);

internal sealed record LatencyDocument(double P50, double P95, double P99, double Max, double Mean)
{
    public static LatencyDocument Of(LatencyFigures figures) => new(
        Milliseconds(figures.P50), Milliseconds(figures.P95), Milliseconds(figures.P99), Milliseconds(figures.Largest), Milliseconds(figures.Mean));

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(SmokeDocument))]
[JsonSerializable(typeof(LoadDocument))]
internal sealed partial class LoadDocumentJson : JsonSerializerContext;
