using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Expectations;
using Godwit.Engine.Http;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Metric;

/// <summary>A figure and its bounds.</summary>
public sealed class MetricGateKind : IGateKind
{
    public string Name => "metric";

    public string Summary => "Compares a figure with its bounds, over several samples.";

    public Shape.Map Shape { get; } = new(
        new Field("sql", new Shape.Map([.. Checks.Check.SqlShape.Fields.Where(f => !Expectation.Fields.Contains(f) && f != Checks.Check.SourceField)]) { Short = "query", Name = "figure from sql", Description = "A query of one number" }, "Asks the target for the figure"),
        new Field("http", new Shape.Map([new Field("at", JsonExpectation.Pointer, "Where the figure stands in the answer", Required: true), .. HttpRequestSettings.Fields("GET")]) { Name = "figure from http", Description = "A request whose answer in JSON holds a number" }, "Asks a service for it instead"),
        new Field("at_least", new Shape.Number(decimal.MinValue), "The figure must not be below this"),
        new Field("at_most", new Shape.Number(decimal.MinValue), "The figure must not be above this"),
        new Field("of", new Shape.Choice("every", "mean", "median"), "What is compared: every sample, their mean or their median") { Default = "every" },
        new Field("samples", new Shape.Whole(1, 1000), "How often it is asked") { Default = "3" },
        new Field("every", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), "How long to wait between samples") { Default = "2s" },
        new Field("needed", new Shape.Whole(1, 1000), "How many samples need a number; with fewer nothing is decided. Without it all of them"));

    public bool IsAskedInRehearsal(GateSettings gate) => gate.Settings.Has("sql");

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = gate.Settings;
        if (settings.Has("sql") == settings.Has("http")) yield return Finding.Error(FindingCodes.KindSettings, "A metric needs either \"sql\" or \"http\"", gate.Place);
        if (!settings.Has("at_least") && !settings.Has("at_most")) yield return Finding.Error(FindingCodes.KindSettings, "A metric needs bounds: \"at_least\", \"at_most\", or both", gate.Place);
        if (settings.WholeOrNull("needed") > settings.Whole("samples")) yield return Finding.Error(FindingCodes.KindSettings, "More samples are needed than are taken", gate.At("/needed"));
        if (settings.MapOrNull("http") is not { } http) yield break;
        foreach (var finding in HttpRequestSettings.Check(http, gate.At("/http"))) yield return finding;
    }

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = gate.Settings;
        var figure = settings.MapOrNull("sql") is { } sql
            ? new Figure.Sql(sql.Text("query"), Checks.Check.TermsOf(sql))
            : (Figure)new Figure.Http(HttpRequestSettings.Read(settings.Map("http"), files), settings.Map("http").Text("at"));
        var samples = (int)settings.Whole("samples");
        return new MetricGate(
            figure, new Expectation(null, settings.NumberOrNull("at_least"), settings.NumberOrNull("at_most")), settings.Text("of"), samples, settings.Duration("every"), (int)(settings.WholeOrNull("needed") ?? samples));
    }
}
