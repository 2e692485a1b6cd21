using Godwit.Documents.Shapes;
using Godwit.Engine.Requests;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Smoke;

/// <summary>Checks that all have to hold at one time, and requests that all have to be answered as expected.</summary>
public sealed class SmokeStepKind : IStepKind
{
    public string Name => "smoke";

    public string Summary => "Asks a list of checks, and the requests of a file, until all of them hold.";

    public Shape.Map Shape { get; } = new(
    [
        Checks.Check.ListField("checks", "What has to hold, all of it in one round"),
        new Field("requests", new Shape.File(), "A file of requests (docs/requests.md) that all have to be answered as expected in the same round"),
        .. ServiceAddress.Fields,
        new Field("within", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), "For how long they are asked again while one does not hold") { Default = "2m" },
        new Field("every", new Shape.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), "How long to wait between rounds") { Default = "5s" },
    ])
    {
        Short = "checks",
    };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        if (step.Settings.Maps("checks").Count == 0 && !step.Settings.Has("requests")) yield return Finding.Error(FindingCodes.KindSettings, "The step asks for nothing: it needs checks, or requests", step.Place);
        foreach (var finding in Checks.Check.CheckAll(step.Settings, "checks", step.At)) yield return finding;
        if (step.Settings.TextOrNull("requests") is not { } path)
        {
            if (ServiceAddress.Find(step.Settings) is not null) yield return Finding.Error(FindingCodes.KindSettings, "The url is that of requests, and there are none", step.Place);
            yield break;
        }
        foreach (var finding in ServiceAddress.Check(step.Settings, "A step with requests", step.Place)) yield return finding;
        foreach (var finding in RequestFileReader.Read(files[path].Text, path).Findings) yield return finding;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new SmokeStep(
        Checks.Check.ReadAll(step.Settings, "checks", files),
        step.Settings.TextOrNull("requests") is { } path ? RequestFileReader.Read(files[path].Text, path).File : null, ServiceAddress.Find(step.Settings),
        step.Settings.Duration("within"), step.Settings.Duration("every"));
}
