using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Observe;

/// <summary>
/// Looks at set times and between them. The first check that fails halts; a warning stops until somebody resumes, who has then seen it; a check
/// without an answer is asked again for a while, and then pauses the run: it neither passes nor fails.
/// </summary>
internal sealed class ObserveStep(IReadOnlyList<ObservationTime> times, IReadOnlyList<Check> sample, TimeSpan every, TimeSpan patience) : QuestionStep
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    public override StepReach Reach => StepReach.Inside;

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
            // In a rehearsal each of the times is due at once: what is asked is asked, what happens between them is not waited for.
            var due = since >= next.After || context.Rehearsal?.Shorten(context.Step, next.After, isPlainTime: true) < next.After;
            IReadOnlyList<Check> checks = due ? [.. sample, .. next.Checks] : sample;
            var outcomes = await AskAsync(checks, context, memory, cancellation);
            if (outcomes is null) return StepMemory.PauseAsked;
            var where = due ? $"at {DurationText.Write(next.After)}" : $"after {DurationText.Write(TimeSpan.FromSeconds(Math.Floor(since.TotalSeconds)))}";
            if (Stop(outcomes, state, where, context.Rehearsal) is { } stop)
            {
                // Kept before the run pauses: whoever resumes it has looked.
                var warnings = outcomes.Where(o => o.IsWarning).Select(o => o.Name);
                await memory.SaveAsync((state with { Seen = [.. warnings], Saw = Tell(outcomes, where) }).Write(), state.Passed, times.Count, cancellation);
                return stop;
            }
            state = state with { Passed = state.Passed + (due ? 1 : 0), Samples = state.Samples + (checks.Count > 0 ? 1 : 0), Saw = Tell(outcomes, where), Seen = [.. state.Seen.Where(s => outcomes.Any(o => o.IsWarning && o.Name == s))] };
            await memory.SaveAsync(state.Write(), state.Passed, times.Count, cancellation);
            if (due) context.Progress.Report(state.Passed, times.Count, $"{outcomes.Count} check{(outcomes.Count == 1 ? "" : "s")} {where}");
            if (state.Passed == times.Count) return Passed(state);
            if (context.Rehearsal is not null) continue;
            var left = times[state.Passed].After - since;
            var wait = sample.Count > 0 && every < left ? every : left;
            // The target's clock decides; a wait is never so long that a move of it would not be seen.
            if (wait > TimeSpan.Zero && !await memory.WaitAsync(wait < TimeSpan.FromMinutes(5) ? wait : TimeSpan.FromMinutes(5), cancellation)) return StepMemory.PauseAsked;
        }
    }

    public override string? Describe(string progress, DateTimeOffset now)
    {
        if (JsonNode.Parse(progress) is not JsonObject { Count: > 0 } kept) return null;
        var state = ObservationState.Read(kept);
        var next = state.Passed < times.Count ? state.Began + times[state.Passed].After - now : TimeSpan.Zero;
        var when = state.Passed >= times.Count ? "" : $"; next at {DurationText.Write(times[state.Passed].After)}, {(next <= TimeSpan.Zero ? "which is due" : $"in {Whole(next)}")}";
        return string.Create(CultureInfo.InvariantCulture, $"{state.Passed} of {times.Count} times, looked {state.Samples} times{(state.Saw is { } saw ? $", last {saw}" : "")}{when}");
    }

    /// <summary>To the second below a minute, else to the minute: people read it.</summary>
    private static string Whole(TimeSpan time) => DurationText.Write(time.TotalMinutes < 2 ? TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)) : TimeSpan.FromMinutes(Math.Ceiling(time.TotalMinutes)));

    private static string Tell(IReadOnlyList<CheckOutcome> outcomes, string where)
    {
        var bad = CheckOutcome.Describe(outcomes);
        return outcomes.Count == 0 ? where : $"{where}: {(bad.Length == 0 ? outcomes.Count == 1 ? "1 check holds" : $"{outcomes.Count} checks hold" : bad.Length > 1000 ? bad[..1000] : bad)}";
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

    private static StepResult? Stop(IReadOnlyList<CheckOutcome> outcomes, ObservationState state, string where, RehearsalRules? rehearsal)
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
        return unseen.Count == 0 || rehearsal is not null ? null : new StepResult.Undecided($"warning {where}: {CheckOutcome.Describe(unseen)}; look at it, then `godwit resume`") { Evidence = evidence };
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
