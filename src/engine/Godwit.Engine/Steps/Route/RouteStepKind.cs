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
        new Field("weights", new Shape.List(new Shape.Whole(0, 100)) { Min = 1, Max = 100 }, "Green's share in percent, one after another; blue has the rest", Required: true),
        new Field("from", new Shape.Whole(0, 100), "Green's share before, which undoing goes back to; a file is given back as it was") { Default = "0" },
        new Field("hold", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(7)), "How long each weight but the last is watched, by the target's clock") { Default = "5m" },
        Checks.Check.ListField("checks", "What has to hold at each weight; the first failure halts with the weights as they are"),
        new Field("every", new Shape.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), "How often they are asked") { Default = "10s" },
        new Field("file", new Shape.Map(
            new Field("template", new Shape.File(), "A text in which @blue@ and @green@ stand for the weights", Required: true),
            new Field("path", new Shape.Text { MaxLength = 4000 }, "The file that the proxy reads, from the runbook's folder; it is replaced as a whole", Required: true),
            new Field("reload", new Shape.Map(CommandSettings.Fields), "The command that tells the proxy to read it"))
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
        if (written.MapOrNull("reload") is not { } reload) yield break;
        foreach (var finding in CommandSettings.Check(reload, step.At("/file/reload"))) yield return finding;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        RoutePlace place =
            settings.MapOrNull("http") is { } http ? new RoutePlace.Http(HttpRequestSettings.Read(http, files))
            : settings.MapOrNull("command") is { } command ? new RoutePlace.Command(CommandSettings.Read(command))
            : settings.Map("file") is var file ? new RoutePlace.File(files[file.Text("template")].Text, file.Text("path"), file.MapOrNull("reload") is { } reload ? CommandSettings.Read(reload) : null)
            : throw new InvalidOperationException();
        return new RouteStep(
            place,
            [.. settings["weights"]!.AsArray().Select(w => new RouteWeights((int)w!.GetValue<long>()))],
            new RouteWeights((int)settings.Whole("from")),
            settings.Duration("hold"),
            settings.Duration("every"),
            Checks.Check.ReadAll(settings, "checks", files));
    }

    private static bool IsFilled(params string?[] texts) => texts.Any(t => t?.Contains("@green@", StringComparison.Ordinal) is true || t?.Contains("@blue@", StringComparison.Ordinal) is true);

    private static Finding Unfilled(string what, Place.InFile? place) =>
        Finding.Error(FindingCodes.KindSettings, $"{what} names neither @blue@ nor @green@, so that every weight would be the same", place);
}
