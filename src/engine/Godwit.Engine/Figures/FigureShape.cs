using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Expectations;
using Godwit.Engine.Http;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Figures;

/// <summary>How a runbook says where a figure comes from.</summary>
public static class FigureShape
{
    public static Field Sql { get; } = new(
        FigureSource.SqlKey,
        new Shape.Map(
            new Field("query", new Shape.Text(), "A query of one row with one number, which must not write", Required: true),
            Checks.Check.SourceField,
            new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names are looked up") { Default = "public" },
            new Field("statement_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long the query may take") { Default = "5s" })
        {
            Short = "query", Name = "watched query", Description = "A query of one number",
        },
        "A figure that the target knows, or a source");

    public static Field Http { get; } = new(
        FigureSource.HttpKey,
        new Shape.Map(
        [
            new Field("figure", new Shape.Choice("latency", "failed", "body"), "What is looked at: how long the answer took, in milliseconds; 1 where it was not as expected or did not come, else 0; or a number in its body") { Default = "latency" },
            new Field("at", JsonExpectation.Pointer, "Where the number stands in the body: a JSON pointer"),
            .. HttpRequestSettings.Fields("GET").Where(f => f.Name is not ("retries" or "body_file")),
        ])
        {
            Short = "url", Name = "probe", Description = "A request and what of its answer is a figure",
        },
        "A figure that a request to a service shows");

    public static Field Metric { get; } = new(
        FigureSource.MetricKey,
        new Shape.Map(
            new Field("query", new Shape.Text(), "An expression of Prometheus that gives one number", Required: true),
            new Field("env", OutsideValue.VariableName, "The variable that holds the URL of Prometheus") { Default = "PROMETHEUS_URL" },
            new Field("headers", new Shape.Named(OutsideValue.Shape), "Headers of the request, of a Prometheus that asks for a token"),
            new Field("request_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long the answer may take") { Default = "5s" })
        {
            Short = "query", Name = "watched metric", Description = "An expression of Prometheus",
        },
        "A figure that Prometheus knows");

    public static Field Log { get; } = new(
        FigureSource.LogKey,
        new Shape.Map(
            new Field("path", new Shape.Text { MaxLength = 4000 }, "The file, from the runbook's folder; it is followed when it is rotated or cut off", Required: true),
            new Field("pattern", new Shape.Text { MaxLength = 2000 }, "The regular expression of the lines that count, without backreferences and lookaround", Required: true))
        {
            Name = "watched log", Description = "New lines of a file that match",
        },
        "How many new lines of a log file match");

    public static Field Run { get; } = new(
        FigureSource.RunKey,
        new Shape.Choice([.. RunFigures.Names]),
        "A figure of the run's own: rows that failed in the step at hand, their share, differences that verification found, seconds that the slowest replica is behind, faults that were tried again, seconds that the last batch took");

    /// <summary>What is wrong with a source beyond its shape.</summary>
    /// <param name="item">What the source is part of.</param>
    /// <param name="place">Where that was written.</param>
    public static IEnumerable<Finding> Check(JsonObject item, Place.InFile? place)
    {
        if (item.MapOrNull(FigureSource.HttpKey) is { } http)
        {
            foreach (var finding in HttpRequestSettings.Check(http, place)) yield return finding;
            if (http.Text("figure") == "body" != http.Has("at"))
                yield return Finding.Error(FindingCodes.TripwireSettings, "A figure of the body needs \"at\", and no other does", place, "Write {figure: body, at: /p95}.");
        }
        if (item.MapOrNull(FigureSource.MetricKey) is { } metric)
        {
            foreach (var finding in OutsideValue.Check(OutsideValue.ReadAll(metric, "headers"), place)) yield return finding;
        }
        if (item.MapOrNull(FigureSource.LogKey) is { } log && PatternFault(log.Text("pattern")) is { } fault)
            yield return Finding.Error(FindingCodes.TripwireSettings, $"The pattern is no regular expression that can be used: {fault}", place);
    }

    /// <summary>Without backtracking: its time grows with the line and nothing else, whoever writes the log.</summary>
    public static Regex PatternOf(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string? PatternFault(string text)
    {
        try
        {
            PatternOf(text);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return e.Message;
        }
    }
}
