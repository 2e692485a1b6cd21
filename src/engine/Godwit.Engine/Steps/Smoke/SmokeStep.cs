using System.Globalization;
using Godwit.Engine.Checks;

namespace Godwit.Engine.Steps.Smoke;

internal sealed class SmokeStep(IReadOnlyList<Check> checks, TimeSpan within, TimeSpan every) : QuestionStep
{
    public override StepReach Reach => StepReach.Inside;

    public override async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var runner = CheckRunner.Of(context);
        var began = context.Time.GetTimestamp();
        for (var round = 1; ; round++)
        {
            // All of them anew: that one held a while ago does not say that all do now.
            var outcomes = await runner.AskAllAsync(checks, cancellation);
            var result = CheckResults.Of(outcomes, context.Step.Id);
            if (result is StepResult.Passed || context.Time.GetElapsedTime(began) + every > within)
            {
                return result with { Evidence = new Dictionary<string, string>(result.Evidence, StringComparer.Ordinal) { ["rounds"] = round.ToString(CultureInfo.InvariantCulture) } };
            }
            context.Progress.Report(outcomes.Count(o => !o.Stops), checks.Count, CheckOutcome.Describe(outcomes.Where(o => o.Stops)));
            if (!await new StepMemory(context).WaitAsync(every, cancellation)) return StepMemory.PauseAsked;
        }
    }
}
