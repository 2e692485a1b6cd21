using Godwit.Documents.Shapes;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.CutOver;

/// <summary><c>cutover</c>: takes writers from the old side of a live move to the new one; its undo takes them back.</summary>
public sealed class CutOverStepKind(INestedMoves moves) : IStepKind, IGoesOnWithStep
{
    public string Name => "cutover";

    public string Summary => "Takes the writers of a live move to the new side, within seconds and with everything that they wrote; undone, back to the old side.";

    public Shape.Map Shape { get; } = new(
        new Field("move", new Shape.Text(@"[^\r\n\0]*\S[^\r\n\0]*") { Expected = "the id of a step", MaxLength = 200 }, "The step that moves, with `live: true`", Required: true),
        new Field("limit", new Shape.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), "How long writers may be kept waiting; beyond it the cut-over is given up, and they go on where they were") { Default = "5s" },
        new Field("tries", new Shape.Whole(1, 100), "How often it is tried before the run pauses") { Default = "3" },
        new Field("rename", new Shape.Flag(), "Whether the tables of the two sides exchange names, so that applications stay as they are; only where both are in one database"))
    { Short = "move" };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
        new CutOverStep(moves, StepOf(step), step.Settings.Duration("limit"), (int)step.Settings.Whole("tries"), step.Settings.FlagOrNull("rename") is true);

    public string StepOf(StepSettings step) => step.Settings.Text("move");
}
