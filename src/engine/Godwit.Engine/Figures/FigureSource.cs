using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Expectations;
using Godwit.Engine.Http;
using Godwit.Engine.Runs;
using Godwit.Engine.Secrets;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Figures;

/// <summary>Where a figure comes from.</summary>
public abstract record FigureSource
{
    public const string SqlKey = "sql", HttpKey = "http", MetricKey = "metric", LogKey = "log", RunKey = "run";

    private FigureSource()
    {
    }

    /// <param name="Source">A source of the runbook; null for the target.</param>
    public sealed record Sql(string Query, string? Source, SessionTerms Terms) : FigureSource;

    /// <param name="Figure"><c>latency</c>, <c>failed</c> or <c>body</c>.</param>
    /// <param name="At">Where the number stands in the body.</param>
    public sealed record Http(HttpRequestSettings Request, string Figure, string? At) : FigureSource;

    /// <param name="Variable">Holds the URL of Prometheus.</param>
    public sealed record Metric(string Query, string Variable, IReadOnlyList<KeyValuePair<string, OutsideValue>> Headers, TimeSpan Timeout) : FigureSource;

    public sealed record Log(string Path, string Pattern) : FigureSource;

    public sealed record Run(string Name) : FigureSource;

    /// <summary>How long one look may take at most.</summary>
    public TimeSpan Limit => this switch
    {
        Sql sql => sql.Terms.Statement + TimeSpan.FromSeconds(1),
        Http http => http.Request.Timeout + TimeSpan.FromSeconds(1),
        Metric metric => metric.Timeout + TimeSpan.FromSeconds(1),
        _ => TimeSpan.FromSeconds(30),
    };

    /// <summary>The source of an item of <see cref="FigureShape"/>; null when it has none.</summary>
    public static FigureSource? Read(JsonObject item, IReadOnlyDictionary<string, PlannedFile> files)
    {
        if (item.MapOrNull(SqlKey) is { } sql) return new Sql(sql.Text("query"), sql.TextOrNull("source"), Check.TermsOf(sql));
        if (item.MapOrNull(HttpKey) is { } http) return new Http(HttpRequestSettings.Read(WithoutRetries(http), files), http.Text("figure"), http.TextOrNull("at"));
        if (item.MapOrNull(MetricKey) is { } metric)
            return new Metric(metric.Text("query"), metric.Text("env"), OutsideValue.ReadAll(metric, "headers"), metric.DurationOrNull("request_timeout") ?? TimeSpan.FromSeconds(5));
        if (item.MapOrNull(LogKey) is { } log) return new Log(log.Text("path"), log.Text("pattern"));
        return item.TextOrNull(RunKey) is { } run ? new Run(run) : null;
    }

    /// <summary>The same with words replaced in what it asks.</summary>
    public FigureSource Fill(Func<string, string> fill) => this switch
    {
        Sql sql => sql with { Query = fill(sql.Query) },
        Http http => http with { Request = http.Request.Fill(fill) },
        Metric metric => metric with { Query = fill(metric.Query) },
        _ => this,
    };

    /// <summary>Variables that have to be set for it.</summary>
    public IEnumerable<string> Variables => this switch
    {
        Http http => [.. http.Request.AddressVariable is { } address ? [address] : (IEnumerable<string>)[], .. http.Request.Headers.Select(h => h.Value.Variable).OfType<string>()],
        Metric metric => [metric.Variable, .. metric.Headers.Select(h => h.Value.Variable).OfType<string>()],
        _ => [],
    };

    /// <summary>In a few words, for people.</summary>
    public string Describe() => this switch
    {
        Sql { Source: { } source } => $"a query at {source}",
        Sql => "a query at the target",
        Http http => $"{(http.Figure == "body" ? http.At : http.Figure)} of {HttpSender.Show(http.Request)}",
        Metric => "a query of Prometheus",
        Log log => $"lines of {log.Path}",
        Run run => $"the run's {run.Name}",
        _ => "",
    };

    /// <summary>A probe that is repeated by itself is none: what fails once in a while is the figure.</summary>
    private static JsonObject WithoutRetries(JsonObject http)
    {
        var settings = http.DeepClone().AsObject();
        settings["retries"] = 0L;
        return settings;
    }
}
