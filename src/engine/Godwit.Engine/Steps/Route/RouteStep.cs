using System.Text.Json.Nodes;
using Godwit.Engine.Checks;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Route;

internal sealed class RouteStep(RoutePlace place, IReadOnlyList<RouteWeights> weights, RouteWeights former, TimeSpan hold, TimeSpan every, IReadOnlyList<Check> checks) : IStep
{
    private const string At = "at", Since = "since", Before = "before";

    public string? Irreversible => null;

    public StepReach Reach => place is RoutePlace.File { Reload: null } file && StepFolder.Holds(file.Path) ? StepReach.Inside : StepReach.Outside;

    public string UndoSummary => place is RoutePlace.File ? "gives the file back as it was" : $"goes back to {former}";

    public async Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation)
    {
        try
        {
            await place.LookAsync(context, cancellation);
            return StepResult.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StepResult.Fail(FindingCodes.RouteFailed, $"what is there now cannot be read: {e.Message}");
        }
    }

    public async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var watch = context.Rehearsal?.Shorten(context.Step, hold, isPlainTime: true) ?? hold;
        while (true)
        {
            var (state, now) = await memory.ReadAsync(cancellation);
            // Kept before the first change: undoing needs it, whatever happens in between.
            if (state is null)
            {
                state = new JsonObject { [At] = -1, [Since] = StepMemory.Write(now), [Before] = await place.LookAsync(context, cancellation) };
                await memory.SaveAsync(state, 0, weights.Count, cancellation);
            }
            var at = state[At]!.GetValue<int>();
            var left = at < 0 ? TimeSpan.Zero : StepMemory.ReadTime(state, Since) + watch - now;
            if (at == weights.Count - 1) return Passed(at);
            if (left <= TimeSpan.Zero)
            {
                // Written before it is kept that it was: begun again in between, the same weights are written once more.
                if (await place.WriteAsync(weights[at + 1], context, cancellation) is StepResult.Failed failed) return failed;
                state[At] = at + 1;
                state[Since] = StepMemory.Write(now);
                await memory.SaveAsync(state, at + 2, weights.Count, cancellation);
                context.Progress.Report(at + 2, weights.Count, weights[at + 1].ToString());
                continue;
            }
            if (await LookAsync(context, weights[at], cancellation) is { } halt) return halt;
            if (!await memory.WaitAsync(left < every ? left : every, cancellation)) return StepMemory.PauseAsked;
            // Looked at last thing before more traffic comes.
            if (left <= every && await LookAsync(context, weights[at], cancellation) is { } late) return late;
        }
    }

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation)
    {
        if (!await place.HoldsAsync(weights[^1], context, cancellation)) return StepResult.Fail(FindingCodes.RouteFailed, $"the weights are others than {weights[^1]}: somebody else writes them too");
        return CheckResults.Of(await CheckRunner.Of(context).AskAllAsync(checks, cancellation), context.Step.Id);
    }

    public async Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var (state, _) = await memory.ReadAsync(cancellation);
        if (state is null) return StepResult.Done;
        var result = await place.RestoreAsync(state[Before]!.AsObject(), former, context, cancellation);
        if (result is StepResult.Passed) await memory.ForgetAsync(cancellation);
        return result;
    }

    private async Task<StepResult?> LookAsync(StepContext context, RouteWeights now, CancellationToken cancellation)
    {
        var outcomes = await CheckRunner.Of(context).AskAllAsync(checks, cancellation);
        if (CheckResults.Of(outcomes, context.Step.Id) is not StepResult.Failed failed) return null;
        return failed with { Evidence = new Dictionary<string, string>(failed.Evidence, StringComparer.Ordinal) { ["weights"] = now.ToString() } };
    }

    private StepResult.Passed Passed(int at) => new()
    {
        Evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["weights"] = weights[at].ToString() },
    };
}
