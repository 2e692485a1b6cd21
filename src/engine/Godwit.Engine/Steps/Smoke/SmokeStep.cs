using System.Globalization;
using Godwit.Engine.Checks;
using Godwit.Engine.Requests;

namespace Godwit.Engine.Steps.Smoke;

internal sealed class SmokeStep(IReadOnlyList<Check> checks, RequestFile? requests, ServiceAddress? service, TimeSpan within, TimeSpan every) : QuestionStep
{
    public override StepReach Reach => StepReach.Inside;

    public override async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var runner = CheckRunner.Of(context);
        var began = context.Time.GetTimestamp();
        for (var round = 1; ; round++)
        {
            // All of them anew: that one held a while ago does not say that all do now.
            IReadOnlyList<CheckOutcome> outcomes = [.. await runner.AskAllAsync(checks, cancellation), .. await AskRequestsAsync(context, cancellation)];
            var result = CheckResults.Of(outcomes, context.Step.Id);
            if (result is StepResult.Passed || context.Time.GetElapsedTime(began) + every > within)
            {
                return result with { Evidence = new Dictionary<string, string>(result.Evidence, StringComparer.Ordinal) { ["rounds"] = round.ToString(CultureInfo.InvariantCulture) } };
            }
            context.Progress.Report(outcomes.Count(o => !o.Stops), outcomes.Count, CheckOutcome.Describe(outcomes.Where(o => o.Stops)));
            if (!await new StepMemory(context).WaitAsync(every, cancellation)) return StepMemory.PauseAsked;
        }
    }

    private async Task<IReadOnlyList<CheckOutcome>> AskRequestsAsync(StepContext context, CancellationToken cancellation)
    {
        if (requests is null) return [];
        // Requests may change something, such as a visitor who registers: whoever takes the run over waits until they are over.
        await context.Effects.BeginAsync("requests", requests.Longest, endsWithRunner: true, cancellation);
        try
        {
            var outcomes = await SmokeRun.AskAsync(requests, service!, context.Environment, context.Time, cancellation);
            await context.Effects.EndAsync(cancellation);
            return outcomes;
        }
        catch (OperationCanceledException)
        {
            // The others are not sent any more; the one that was cancelled may arrive yet.
            await context.Effects.BeginAsync("request", requests.LongestOne, endsWithRunner: false, CancellationToken.None);
            throw;
        }
    }
}
