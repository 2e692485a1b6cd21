using System.Globalization;
using Godwit.Engine.Live;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.CutOver;

/// <param name="moves">Opens the move.</param>
/// <param name="move">The step that made it.</param>
/// <param name="limit">How long writers may be kept out.</param>
/// <param name="tries">How often it is tried.</param>
/// <param name="rename">Whether the tables of the two sides exchange names.</param>
internal sealed class CutOverStep(INestedMoves moves, string move, TimeSpan limit, int tries, bool rename) : IStep
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    public string? Irreversible => null;

    public StepReach Reach => StepReach.Inside;

    /// <summary>The old side is opened before an application is sent back to it, as the new one was before it was sent there.</summary>
    public bool UndoneFirst => true;

    public string UndoSummary => $"takes writers back to the old side, with everything that was written since; writers wait for at most {Text(limit)}";

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => LiveSteps.WithAsync(
        moves, context, move,
        async session => session.Move.OneWay is { } why && context.Step.Irreversible is null
            ? StepResult.Fail(FindingCodes.LiveOneWay, $"after this step there is no way back to the old side: {why}", "Say so: give the step `irreversible:` with the reason.")
            : await FindObstaclesAsync(session, cancellation) is { Count: > 0 } findings ? new StepResult.Failed(findings) : StepResult.Done,
        cancellation);

    private async Task<IReadOnlyList<Finding>> FindObstaclesAsync(LiveSession session, CancellationToken cancellation) =>
        !rename || await session.Authority.FindAsync(cancellation) is not { Side: LiveSide.Old } ? []
        : session.Exchange is { } exchange ? await exchange.FindObstaclesAsync(cancellation)
        : [Finding.Error(FindingCodes.LiveNames, "the old and the new side are not in one database, and a name leads into one only", null, "Leave `rename` out, and take the application to the new side by a step of its own.")];

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => SwitchAsync(context, LiveSide.New, cancellation);

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => LiveSteps.WithAsync(
        moves, context, move,
        async session => await session.Authority.ReadAsync(cancellation) is { Side: LiveSide.New, Towards: null }
            ? StepResult.Done
            : StepResult.Fail(FindingCodes.CutOverAborted, "the old side has authority", "`godwit resume` takes writers to the new side."),
        cancellation);

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => SwitchAsync(context, LiveSide.Old, cancellation);

    private Task<StepResult> SwitchAsync(StepContext context, LiveSide to, CancellationToken cancellation) => LiveSteps.WithAsync(
        moves, context, move,
        async session =>
        {
            if (to == LiveSide.New && await session.Authority.FindAsync(cancellation) is { Side: LiveSide.Old })
            {
                // All rows that stand in the way, not the first that the cut-over would meet.
                await session.Move.CarryAsync(cancellation);
                if (await LiveSteps.FindUnfitAsync(session, cancellation) is { Count: > 0 } findings) return new StepResult.Failed(findings);
            }
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    context.Progress.Report(0, null, attempt == 1 ? "catching up" : $"catching up, for the {attempt}th time");
                    var times = await session.Move.SwitchAsync(to, limit, rename, cancellation);
                    return new StepResult.Passed { Evidence = Evidence(to, attempt, times) };
                }
                catch (CutOverAbortedException aborted) when (attempt < tries && aborted.InnerException is not LiveFaultException && !cancellation.IsCancellationRequested)
                {
                    if (!await new StepMemory(context).WaitAsync(s_between, cancellation)) return StepMemory.PauseAsked;
                }
            }
        },
        cancellation);

    private static Dictionary<string, string> Evidence(LiveSide to, int attempt, CutOverTimes? times)
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["side"] = to == LiveSide.New ? "new" : "old" };
        if (times is null) return evidence;
        evidence["writers waited"] = Text(times.Pause);
        evidence["keys drained"] = times.Drained.ToString(CultureInfo.InvariantCulture);
        evidence["attempt"] = attempt.ToString(CultureInfo.InvariantCulture);
        return evidence;
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
