using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Observe;

/// <summary>Validation by the clock.</summary>
public sealed class ObserveStepKind : IStepKind
{
    public string Name => "observe";

    public string Summary => "Watches for hours or days: checks at set times, and checks that are sampled all along.";

    public Shape.Map Shape { get; } = new(
        new Field(
            "at",
            new Shape.List(new Shape.Map(
                new Field("after", new Shape.Duration(), "How long after the step began, by the target's clock", Required: true),
                Checks.Check.ListField("checks", "What has to hold then"))
            {
                Short = "after",
                Name = "time of observation",
                Description = "Checks at a set time",
            })
            { Min = 1, Max = 100 },
            "When to look, the earliest first; the last ends the step",
            Required: true),
        Checks.Check.ListField("sample", "What has to hold all along: asked at each of those times, and between them as often as `every` says"),
        new Field("every", new Shape.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1)), "How often `sample` is asked") { Default = "5m" },
        new Field("patience", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), "How long a check may go without an answer, of a service that restarts, before the run pauses") { Default = "1m" });

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var before = TimeSpan.Zero;
        foreach (var (i, point) in step.Settings.Maps("at").Index())
        {
            if (i > 0 && point.Duration("after") <= before) yield return Finding.Error(FindingCodes.KindSettings, "The times of an observation do not rise", step.At($"/at/{i}"));
            before = point.Duration("after");
            foreach (var finding in Checks.Check.CheckAll(point, "checks", step.At, $"/at/{i}")) yield return finding;
        }
        foreach (var finding in Checks.Check.CheckAll(step.Settings, "sample", step.At)) yield return finding;
        if (!step.Settings.Maps("sample").Any() && !step.Settings.Maps("at").Any(p => p.Maps("checks").Count > 0))
            yield return Finding.Error(FindingCodes.KindSettings, "An observation without a check sees nothing", step.Place, "Give it \"checks\" at its times, or \"sample\".");
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new ObserveStep(
        [.. step.Settings.Maps("at").Select(p => new ObservationTime(p.Duration("after"), Checks.Check.ReadAll(p, "checks", files)))],
        Checks.Check.ReadAll(step.Settings, "sample", files),
        step.Settings.Duration("every"),
        step.Settings.Duration("patience"));
}

/// <summary>Checks at a set time after the step began.</summary>
internal sealed record ObservationTime(TimeSpan After, IReadOnlyList<Check> Checks);
