using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Wait;

/// <summary>A length of time, or a condition.</summary>
public sealed class WaitStepKind : IStepKind
{
    public string Name => "wait";

    public string Summary => "Waits for a length of time, or until a check holds.";

    public Shape.Map Shape { get; } = new(
        new Field("for", new Shape.Duration(), "How long, by the target's clock; a run that was stopped meanwhile waits for the rest only"),
        new Field("until", Checks.Check.Shape, "What is waited for instead"),
        new Field("within", new Shape.Duration(), "How long `until` is waited for") { Default = "1h" },
        new Field("every", new Shape.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1)), "How often `until` is asked") { Default = "10s" })
    {
        Short = "for",
    };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        if (step.Settings.Has("for") == step.Settings.Has("until")) yield return Finding.Error(FindingCodes.KindSettings, "A wait needs either \"for\" or \"until\"", step.Place);
        if (step.Settings.MapOrNull("until")?.MapOrNull("http") is not { } http) yield break;
        foreach (var finding in Engine.Http.HttpRequestSettings.Check(http, step.At("/until"))) yield return finding;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => step.Settings.MapOrNull("until") is { } until
        ? new WaitStep(step.Settings.Duration("within"), step.Settings.Duration("every"), Checks.Check.Read(until, 0, files))
        : new WaitStep(step.Settings.Duration("for"), TimeSpan.FromMinutes(1), null);
}
