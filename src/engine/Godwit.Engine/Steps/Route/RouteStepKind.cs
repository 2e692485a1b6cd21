using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Http;
using Godwit.Engine.Processes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Route;

/// <summary>Moves traffic from the old side, blue, to the new one, green.</summary>
public sealed class RouteStepKind : IStepKind
{
    private static readonly string[] s_places = ["file", "http", "command"];

    public string Name => "route";

    public string Summary => "Moves traffic from blue to green, one weight after another, with a watch between.";

    public Shape.Map Shape { get; } = new(
        new Field("weights", new Shape.List(RouteWeight.Shape) { Min = 1, Max = 100 }, "Green's share in percent, one after another; blue has the rest", Required: true),
        new Field("from", new Shape.Whole(0, 100), "Green's share before, which undoing goes back to; a file is given back as it was") { Default = "0" },
        new Field("hold", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(7)), "How long each weight is watched, by the target's clock; the last one only where there is an `analysis`") { Default = "5m" },
        Checks.Check.ListField("checks", "What has to hold at each weight; the first failure halts with the weights as they are"),
        new Field("every", new Shape.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), "How often they are asked, and the comparisons made") { Default = "10s" },
        new Field("analysis", new Shape.List(RouteComparison.Shape) { Max = 50 }, "What green is compared with blue by, at each weight anew; where green is worse, all traffic goes back to blue at once and the run halts"),
        new Field("patience", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), "How much longer than `hold` a weight stays while there are too few samples to compare; then the run pauses") { Default = "5m" },
        new Field("back", new Shape.Choice("first", "in_turn"), "Whether a rollback of the phase routes back before it undoes the phase's other steps, or in their order") { Default = "first" },
        new Field("file", new Shape.Map(
            new Field("template", new Shape.File(), "A text in which @blue@ and @green@ stand for the weights", Required: true),
            new Field("path", new Shape.Text { MaxLength = 4000 }, "The file that the proxy reads, from the runbook's folder; it is replaced as a whole", Required: true),
            new Field("reload", new Shape.Map(CommandSettings.Fields), "The command that tells the proxy to read it"),
            new Field("signal", ReloadSignal.Shape, "The signal that tells it instead"))
        {
            Name = "weights in a file",
            Description = "A file that a proxy reads",
        }, "Writes the weights to a file"),
        new Field("http", new Shape.Map(HttpRequestSettings.Fields("PUT")) { Name = "weights by request", Description = "A request with @blue@ and @green@ in its URL or body" }, "Sends them in a request"),
        new Field("command", new Shape.Map(CommandSettings.Fields) { Name = "weights by command", Description = "A command with @blue@ and @green@ in its arguments" }, "Gives them to a command"));

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        if (s_places.Count(settings.Has) != 1) yield return Finding.Error(FindingCodes.KindSettings, "A route needs exactly one of file, http and command: where the weights are written", step.Place);
        foreach (var finding in Checks.Check.CheckAll(settings, "checks", step.At)) yield return finding;
        foreach (var finding in CheckAnalysis(settings, step.At)) yield return finding;
        if (settings.MapOrNull("http") is { } http)
        {
            foreach (var finding in HttpRequestSettings.Check(http, step.At("/http"))) yield return finding;
            if (!IsFilled(http.TextOrNull("url"), http.TextOrNull("body"), http.TextOrNull("body_file") is { } file ? files[file].Text : null)) yield return Unfilled("The request", step.At("/http"));
        }
        if (settings.MapOrNull("command") is { } command)
        {
            foreach (var finding in CommandSettings.Check(command, step.At("/command"))) yield return finding;
            if (!IsFilled([.. command.Texts("run")])) yield return Unfilled("The command", step.At("/command"));
        }
        if (settings.MapOrNull("file") is not { } written) yield break;
        if (!IsFilled(files[written.Text("template")].Text)) yield return Unfilled("The template", step.At("/file/template"));
        if (written.Has("reload") && written.Has("signal")) yield return Finding.Error(FindingCodes.KindSettings, "A proxy is told by a command or by a signal", step.At("/file"));
        if (written.MapOrNull("reload") is not { } reload) yield break;
        foreach (var finding in CommandSettings.Check(reload, step.At("/file/reload"))) yield return finding;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        RoutePlace place =
            settings.MapOrNull("http") is { } http ? new RoutePlace.Http(HttpRequestSettings.Read(http, files))
            : settings.MapOrNull("command") is { } command ? new RoutePlace.Command(CommandSettings.Read(command))
            : settings.Map("file") is var file ? new RoutePlace.File(files[file.Text("template")].Text, file.Text("path"), file.MapOrNull("reload") is { } reload ? CommandSettings.Read(reload) : null, file.MapOrNull("signal") is { } signal ? ReloadSignal.Read(signal) : null)
            : throw new InvalidOperationException();
        IReadOnlyList<RouteComparison> analysis = [.. settings.Maps("analysis").Select(a => RouteComparison.Read(a, files))];
        return new RouteStep(
            place,
            [.. settings["weights"]!.AsArray().Select(w => RouteWeight.Read(w!, settings.Duration("hold"), analysis, files))],
            new RouteWeights((int)settings.Whole("from")),
            settings.Duration("every"),
            settings.DurationOrNull("patience") ?? TimeSpan.FromMinutes(5),
            Checks.Check.ReadAll(settings, "checks", files),
            settings.TextOrNull("back") != "in_turn");
    }

    private static IEnumerable<Finding> CheckAnalysis(JsonObject settings, Func<string, Place.InFile?> at) =>
    [
        .. settings.Maps("analysis").SelectMany((a, i) => RouteComparison.Check(a, at($"/analysis/{i}"))),
        .. settings.Maps("weights").SelectMany((w, i) => w.Maps("analysis").SelectMany((a, j) => RouteComparison.Check(a, at($"/weights/{i}/analysis/{j}")))),
        .. ((IEnumerable<JsonObject>)[settings, .. settings.Maps("weights")]).SelectMany(s => s.Maps("analysis").GroupBy(a => a.Text("name"), StringComparer.Ordinal)).Where(g => g.Count() > 1)
            .Select(g => Finding.Error(FindingCodes.KindSettings, $"Two comparisons of one list have the name \"{g.Key}\"", at("/analysis"))),
    ];

    private static bool IsFilled(params string?[] texts) => texts.Any(t => t?.Contains("@green@", StringComparison.Ordinal) is true || t?.Contains("@blue@", StringComparison.Ordinal) is true);

    private static Finding Unfilled(string what, Place.InFile? place) =>
        Finding.Error(FindingCodes.KindSettings, $"{what} names neither @blue@ nor @green@, so that every weight would be the same", place);
}
