using System.Text.Json.Nodes;
using Godwit.Engine.Checks;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Wait;

/// <param name="longest">How long, or how long at most.</param>
/// <param name="every">How often the clock is looked at.</param>
/// <param name="until">What is waited for; null for the time alone.</param>
internal sealed class WaitStep(TimeSpan longest, TimeSpan every, Check? until) : QuestionStep
{
    private const string Began = "began";

    public override StepReach Reach => StepReach.Inside;

    public override async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var time = context.Rehearsal?.Shorten(context.Step, longest, until is null) ?? longest;
        while (true)
        {
            var (state, now) = await memory.ReadAsync(cancellation);
            if (state is null)
            {
                state = new JsonObject { [Began] = StepMemory.Write(now) };
                await memory.SaveAsync(state, 0, Seconds(time), cancellation);
            }
            var waited = now - StepMemory.ReadTime(state, Began);
            var outcome = until is null ? null : await CheckRunner.Of(context).AskAsync(until, cancellation);
            if (outcome is { State: CheckState.Holds }) return Passed(waited, outcome.Saw);
            var left = time - waited;
            if (left <= TimeSpan.Zero && outcome is null) return Passed(waited, null);
            if (left <= TimeSpan.Zero)
            {
                // Whoever resumes after this waits as long again.
                await memory.ForgetAsync(cancellation);
                return StepResult.Fail(FindingCodes.WaitedInVain, $"{outcome} still, after {Godwit.Documents.Shapes.DurationText.Write(time)}", "`godwit resume` waits again.");
            }
            context.Progress.Report(Seconds(waited), Seconds(time), outcome?.ToString());
            if (!await memory.WaitAsync(left < every ? left : every, cancellation)) return StepMemory.PauseAsked;
        }
    }

    private static StepResult.Passed Passed(TimeSpan waited, string? saw)
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["waited"] = $"{Seconds(waited)} s" };
        if (saw is not null) evidence["saw"] = saw;
        return new StepResult.Passed { Evidence = evidence };
    }

    private static long Seconds(TimeSpan span) => (long)span.TotalSeconds;
}
