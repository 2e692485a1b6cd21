using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Smoke;

/// <summary>Checks that all have to hold at one time.</summary>
public sealed class SmokeStepKind : IStepKind
{
    public string Name => "smoke";

    public string Summary => "Asks a list of checks until all of them hold.";

    public Shape.Map Shape { get; } = new(
        Checks.Check.ListField("checks", "What has to hold, all of it in one round", required: true),
        new Field("within", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), "For how long they are asked again while one does not hold") { Default = "2m" },
        new Field("every", new Shape.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), "How long to wait between rounds") { Default = "5s" })
    {
        Short = "checks",
    };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => Checks.Check.CheckAll(step.Settings, "checks", step.At);

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
        new SmokeStep(Checks.Check.ReadAll(step.Settings, "checks", files), step.Settings.Duration("within"), step.Settings.Duration("every"));
}
