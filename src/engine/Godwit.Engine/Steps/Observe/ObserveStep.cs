using System.Globalization;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Observe;

/// <summary>
/// Looks at set times and between them. The first check that fails halts; a warning stops until somebody resumes, who has then seen it; a check
/// without an answer is asked again for a while, and then pauses the run: it neither passes nor fails.
/// </summary>
internal sealed class ObserveStep(IReadOnlyList<ObservationTime> times, IReadOnlyList<Check> sample, TimeSpan every, TimeSpan patience) : QuestionStep
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    public override async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        while (true)
        {
            var (kept, now) = await memory.ReadAsync(cancellation);
            var state = kept is null ? new ObservationState(now, 0, 0, []) : ObservationState.Read(kept);
            if (kept is null) await memory.SaveAsync(state.Write(), 0, times.Count, cancellation);
            if (state.Passed == times.Count) return Passed(state);
            var next = times[state.Passed];
            var since = now - state.Began;
            var due = since >= next.After;
            IReadOnlyList<Check> checks = due ? [.. sample, .. next.Checks] : sample;
            var outcomes = await AskAsync(checks, context, memory, cancellation);
            if (outcomes is null) return StepMemory.PauseAsked;
            var where = due ? $"at {DurationText.Write(next.After)}" : $"after {DurationText.Write(TimeSpan.FromSeconds(Math.Floor(since.TotalSeconds)))}";
            if (Stop(outcomes, state, where) is { } stop)
            {
                // Kept before the run pauses: whoever resumes it has looked.
                var warnings = outcomes.Where(o => o.IsWarning).Select(o => o.Name);
                await memory.SaveAsync((state with { Seen = [.. warnings] }).Write(), state.Passed, times.Count, cancellation);
                return stop;
            }
            state = state with { Passed = state.Passed + (due ? 1 : 0), Samples = state.Samples + (checks.Count > 0 ? 1 : 0), Seen = [.. state.Seen.Where(s => outcomes.Any(o => o.IsWarning && o.Name == s))] };
            await memory.SaveAsync(state.Write(), state.Passed, times.Count, cancellation);
            if (due) context.Progress.Report(state.Passed, times.Count, $"{outcomes.Count} checks {where}");
            if (state.Passed == times.Count) return Passed(state);
            var left = times[state.Passed].After - since;
            var wait = sample.Count > 0 && every < left ? every : left;
            // The target's clock decides; a wait is never so long that a move of it would not be seen.
            if (wait > TimeSpan.Zero && !await memory.WaitAsync(wait < TimeSpan.FromMinutes(5) ? wait : TimeSpan.FromMinutes(5), cancellation)) return StepMemory.PauseAsked;
        }
    }

    /// <summary>Null when somebody asked for a pause meanwhile.</summary>
    private async Task<IReadOnlyList<CheckOutcome>?> AskAsync(IReadOnlyList<Check> checks, StepContext context, StepMemory memory, CancellationToken cancellation)
    {
        var runner = CheckRunner.Of(context);
        var began = context.Time.GetTimestamp();
        while (true)
        {
            var outcomes = await runner.AskAllAsync(checks, cancellation);
            if (outcomes.All(o => o.State != CheckState.NoAnswer) || outcomes.Any(o => o is { Stops: true, State: CheckState.Fails }) || context.Time.GetElapsedTime(began) >= patience) return outcomes;
            if (!await memory.WaitAsync(s_again, cancellation)) return null;
        }
    }

    private static StepResult? Stop(IReadOnlyList<CheckOutcome> outcomes, ObservationState state, string where)
    {
        var evidence = CheckOutcome.Evidence(outcomes);
        evidence["when"] = where;
        var failed = outcomes.Where(o => o is { Stops: true, State: CheckState.Fails }).ToList();
        if (failed.Count > 0)
        {
            return new StepResult.Failed([.. failed.Select(o => Finding.Error(
                FindingCodes.CheckFailed, $"the check {o.Name} does not hold {where}: {o.Saw}", null, "`godwit rollback` goes back; `godwit resume` looks again."))]) { Evidence = evidence };
        }
        if (outcomes.Any(o => o.Stops)) return new StepResult.Undecided($"{where} there was no answer: {CheckOutcome.Describe(outcomes.Where(o => o.Stops))}") { Evidence = evidence };
        var unseen = outcomes.Where(o => o.IsWarning && !state.Seen.Contains(o.Name, StringComparer.Ordinal)).ToList();
        return unseen.Count == 0 ? null : new StepResult.Undecided($"warning {where}: {CheckOutcome.Describe(unseen)}; look at it, then `godwit resume`") { Evidence = evidence };
    }

    private static StepResult.Passed Passed(ObservationState state) => new()
    {
        Evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["times"] = state.Passed.ToString(CultureInfo.InvariantCulture),
            ["looked"] = state.Samples.ToString(CultureInfo.InvariantCulture),
        },
    };
}
