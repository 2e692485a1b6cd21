using Godwit.Documents.Shapes;
using Godwit.Engine.Load;
using Godwit.Engine.Requests;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Load;

/// <summary>Puts a service under load and holds its figures against thresholds.</summary>
public sealed class LoadStepKind : IStepKind
{
    public string Name => "load";

    public string Summary => "Puts a service under load by a schedule, and holds latencies, errors and rate against thresholds.";

    public Shape.Map Shape { get; } = new(
    [
        new Field("requests", new Shape.File(), "The file of requests (docs/requests.md)", Required: true),
        .. ServiceAddress.Fields,
        .. LoadSettings.Fields,
    ]);

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        foreach (var finding in ServiceAddress.Check(step.Settings, "A load test", step.Place)) yield return finding;
        var path = step.Settings.Text("requests");
        var (file, findings) = RequestFileReader.Read(files[path].Text, path);
        foreach (var finding in findings) yield return finding;
        var settings = LoadSettings.Read(step.Settings);
        if (step.Timeout <= settings.Profile.Duration) yield return Finding.Error(FindingCodes.KindSettings, "The step's timeout is over before its duration is", step.Place, "Give it the duration, and as long again as a request may take.");
        if (file is null) yield break;
        foreach (var finding in settings.Check(file, step.Place)) yield return finding;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var path = step.Settings.Text("requests");
        return new LoadStep(RequestFileReader.Read(files[path].Text, path).File!, ServiceAddress.Find(step.Settings)!, LoadSettings.Read(step.Settings));
    }
}
