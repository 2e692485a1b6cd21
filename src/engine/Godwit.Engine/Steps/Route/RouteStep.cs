using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Godwit.Engine.Checks;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Route;

/// <param name="place">Where weights are written.</param>
/// <param name="weights">On the way, one after another.</param>
/// <param name="former">Those before.</param>
/// <param name="every">How often checks and comparisons are made.</param>
/// <param name="patience">How much longer a weight is held while there is too little to compare.</param>
/// <param name="checks">What has to hold at each weight.</param>
/// <param name="backFirst">Whether undoing the phase begins with it.</param>
internal sealed class RouteStep(
    RoutePlace place, IReadOnlyList<RouteWeight> weights, RouteWeights former, TimeSpan every, TimeSpan patience, IReadOnlyList<Check> checks, bool backFirst) : IStep
{
    public string? Irreversible => null;

    public bool UndoneFirst => backFirst;

    public StepReach Reach => place is RoutePlace.File { Reload: null, Signal: null } file && StepFolder.Holds(file.Path) ? StepReach.Inside : StepReach.Outside;

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

    public string? Describe(string progress, DateTimeOffset now)
    {
        if (JsonNode.Parse(progress) is not JsonObject { Count: > 0 } kept) return null;
        var state = RouteState.Read(kept);
        return state.Why is { } why ? $"back to {former}: {why}" : state.At < 0 ? null : weights[state.At].Weights.ToString();
    }

    public async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var (kept, now) = await memory.ReadAsync(cancellation);
        var state = kept is null ? null : RouteState.Read(kept);
        if (state is null)
        {
            // Kept before the first change: undoing needs it, whatever happens in between.
            state = new RouteState(-1, now, await place.LookAsync(context, cancellation), RandomNumberGenerator.GetHexString(8, lowercase: true), 0);
            await SaveAsync(memory, state, cancellation);
        }
        if (state.Why is { } interrupted) return await GoBackAsync(memory, state, interrupted, context, cancellation);
        while (true)
        {
            if (state.At >= 0)
            {
                var (after, stop) = await HoldAsync(memory, state, context, cancellation);
                if (stop is not null) return stop;
                state = after;
                if (state.At == weights.Count - 1) return Passed(state);
            }
            var next = weights[state.At + 1].Weights;
            // Written before it is kept that it was: begun again in between, the same weights are written once more, as the same effect.
            if (await place.WriteAsync(next, context with { IdempotencyKey = state.KeyOf(context, next) }, cancellation) is StepResult.Failed failed) return failed;
            (_, now) = await memory.ReadAsync(cancellation);
            state = state with { At = state.At + 1, Since = now, Written = state.Written + 1 };
            await SaveAsync(memory, state, cancellation);
            context.Progress.Report(state.At + 1, weights.Count, next.ToString());
        }
    }

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation)
    {
        if (!await place.HoldsAsync(weights[^1].Weights, context, cancellation)) return StepResult.Fail(FindingCodes.RouteFailed, $"the weights are others than {weights[^1].Weights}: somebody else writes them too");
        return CheckResults.Of(await CheckRunner.Of(context).AskAllAsync(checks, cancellation), context.Step.Id);
    }

    public async Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var (kept, _) = await memory.ReadAsync(cancellation);
        if (kept is null) return StepResult.Done;
        var state = RouteState.Read(kept);
        var result = await place.RestoreAsync(state.Before, former, context with { IdempotencyKey = state.KeyOf(context, former) }, cancellation);
        if (result is StepResult.Passed) await memory.ForgetAsync(cancellation);
        return result;
    }

    /// <summary>Watches one weight until its time is over and there was enough to tell, or until something stops the step.</summary>
    private async Task<(RouteState State, StepResult? Stop)> HoldAsync(StepMemory memory, RouteState state, StepContext context, CancellationToken cancellation)
    {
        // A copy has no traffic to compare.
        var weight = context.Rehearsal is null ? weights[state.At] : weights[state.At] with { Analysis = [], Hold = context.Rehearsal.Shorten(context.Step, weights[state.At].Hold, isPlainTime: true) };
        // With nothing to compare, all traffic on green is the end of it: whoever wants to watch on has the phase that is called so.
        if (state.At == weights.Count - 1 && weight.Analysis.Count == 0) return (state, null);
        using var analysis = new RouteAnalysis(weight.Analysis, state.Blue, context);
        long? waitsSince = null;
        while (true)
        {
            if (await LookAsync(context, weight.Weights, cancellation) is { } halt) return (state, halt);
            var verdicts = await analysis.LookAsync(cancellation);
            if (verdicts.FirstOrDefault(v => v.State == ComparisonState.Worse) is { } worse) return (state, await GoBackAsync(memory, state, worse.Text, context, cancellation));
            var (_, now) = await memory.ReadAsync(cancellation);
            var left = state.Since + weight.Hold - now;
            var unclear = verdicts.Where(v => v.State == ComparisonState.Inconclusive).ToList();
            if (left <= TimeSpan.Zero && unclear.Count == 0)
            {
                if (verdicts.Count > 0) context.Progress.Report(state.At + 1, weights.Count, $"at {weight.Weights}: {string.Join("; ", verdicts.Select(v => v.Text))}");
                return (state with { Blue = analysis.Remember(verdicts) }, null);
            }
            // Counted from when its time is over and somebody looks: samples of a process that is gone are gone with it.
            if (left <= TimeSpan.Zero) waitsSince ??= context.Time.GetTimestamp();
            if (waitsSince is { } waits && context.Time.GetElapsedTime(waits) >= patience)
                return (state, new StepResult.Undecided($"at {weight.Weights} there is too little to compare green with blue by: {string.Join("; ", unclear.Select(u => u.Text))}; the weights stay as they are") { Evidence = Evidence(weight.Weights, unclear[0].Text) });
            if (!await memory.WaitAsync(left > TimeSpan.Zero && left < every ? left : every, cancellation)) return (state, StepMemory.PauseAsked);
        }
    }

    /// <summary>
    /// All traffic to blue, at once. That it goes back is kept first: begun again in between, it goes on going back. Resumed after that, the step begins with its first weight.
    /// </summary>
    private async Task<StepResult> GoBackAsync(StepMemory memory, RouteState state, string why, StepContext context, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        var from = state.At >= 0 ? weights[state.At].Weights : former;
        if (state.Why is null) await SaveAsync(memory, state = state with { Why = why }, cancellation);
        if (await place.RestoreAsync(state.Before, former, context with { IdempotencyKey = state.KeyOf(context, former) }, cancellation) is StepResult.Failed failed)
        {
            var stuck = Finding.Error(FindingCodes.GreenIsWorse, $"{why}; the weights could NOT be given back and are {from}", null, "Route to blue by hand, at once; `godwit resume` tries again.");
            return failed with { Findings = [stuck, .. failed.Findings] };
        }
        var took = context.Time.GetElapsedTime(began);
        await SaveAsync(memory, state with { At = -1, Why = null, Blue = null, Written = state.Written + 1 }, cancellation);
        context.Progress.Report(0, weights.Count, $"back to {former}: {why}");
        var evidence = Evidence(from, why);
        evidence["back in"] = took.TotalMilliseconds.ToString("0 'ms'", CultureInfo.InvariantCulture);
        return new StepResult.Failed([Finding.Error(
            FindingCodes.GreenIsWorse, $"at {from} green was worse than it may be: {why}; all traffic went back after {took.TotalMilliseconds:0} ms", null,
            "`godwit resume` begins with the first weight again, `godwit rollback` goes back.")]) { Evidence = evidence };
    }

    private Task<bool> SaveAsync(StepMemory memory, RouteState state, CancellationToken cancellation) => memory.SaveAsync(state.Write(), state.At + 1, weights.Count, cancellation);

    private async Task<StepResult?> LookAsync(StepContext context, RouteWeights now, CancellationToken cancellation)
    {
        var outcomes = await CheckRunner.Of(context).AskAllAsync(checks, cancellation);
        if (CheckResults.Of(outcomes, context.Step.Id) is not StepResult.Failed failed) return null;
        return failed with { Evidence = new Dictionary<string, string>(failed.Evidence, StringComparer.Ordinal) { ["weights"] = now.ToString() } };
    }

    private static Dictionary<string, string> Evidence(RouteWeights weights, string saw) => new(StringComparer.Ordinal) { ["weights"] = weights.ToString(), ["saw"] = saw };

    private StepResult.Passed Passed(RouteState state) => new()
    {
        Evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["weights"] = weights[state.At].Weights.ToString() },
    };
}
