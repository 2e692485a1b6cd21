using Godwit.Documents.Shapes;
using Godwit.Engine.Live;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Release;

/// <summary><c>release</c>: ends a live move. The old side is no longer kept up, and what recorded and fenced on either side is removed.</summary>
public sealed class ReleaseStepKind(INestedMoves moves) : IStepKind, IGoesOnWithStep
{
    public string Name => "release";

    public string Summary => "Ends a live move: the old side is no longer kept up, and recording and fences are removed on both sides.";

    public Shape.Map Shape { get; } = new(
        new Field("move", new Shape.Text(@"[^\r\n\0]*\S[^\r\n\0]*") { Expected = "the id of a step", MaxLength = 200 }, "The step that moved, with `live: true`", Required: true))
    { Short = "move" };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new ReleaseStep(moves, StepOf(step));

    public string StepOf(StepSettings step) => step.Settings.Text("move");

    private sealed class ReleaseStep(INestedMoves moves, string move) : IStep
    {
        public string? Irreversible => "the old side is no longer kept up, so that there is no way back to it without loss";

        public StepReach Reach => StepReach.Inside;

        public string UndoSummary => "cannot be undone";

        public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => LiveSteps.WithAsync(
            moves, context, move,
            async session =>
            {
                if (await session.Authority.FindAsync(cancellation) is not { } state) return StepResult.Done;
                if (state is not { Side: LiveSide.New, Towards: null })
                    return StepResult.Fail(FindingCodes.CutOverAborted, "writers are still at the old side", "Put a step `cutover` before it.");
                // The last of what was written goes over, so that the old side ends as a whole. Where a former runner came further, it did.
                if (await session.Source.IsRecordedAsync(cancellation)) await session.Move.CarryAsync(cancellation);
                await session.Source.RemoveAsync(cancellation);
                await session.Target.RemoveAsync(cancellation);
                return StepResult.Done;
            },
            cancellation);

        public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => throw new InvalidOperationException("a released move cannot be taken back");
    }
}
