namespace Godwit.Engine.Moves;

/// <summary>Runs a list of schema steps, leaving out those that a former runner finished. Steps of one phase run side by side where that is safe.</summary>
public sealed class StepPhase(IMoveTarget target, MoveProgress progress, int jobs)
{
    /// <summary>
    /// Steps of these phases make, read or lock one table each. Foreign keys lock two tables, and views read one another: one after another.
    /// </summary>
    private static readonly HashSet<string> SideBySide = new(["tables", "keys", "indexes", "checks", "validation", "sequences", "statistics"], StringComparer.Ordinal);

    public async Task RunAsync(MovePhase phase, IReadOnlyList<TargetStep> steps, CancellationToken cancellation)
    {
        progress.Begin(phase, steps.Count);
        var finished = await target.FinishedStepsAsync(cancellation);
        progress.Add(steps.Count(s => finished.Contains(s.Id)));
        var rest = steps.Where(s => !finished.Contains(s.Id)).ToList();
        for (var start = 0; start < rest.Count;)
        {
            var end = start + 1;
            while (end < rest.Count && rest[end].Phase == rest[start].Phase) end++;
            await Workers.RunAsync(rest[start..end], SideBySide.Contains(rest[start].Phase) ? jobs : 1, RunAsync, cancellation);
            start = end;
        }
    }

    private async Task RunAsync(TargetStep step, CancellationToken cancellation)
    {
        progress.At(step.Title);
        await target.RunStepAsync(step, cancellation);
        progress.Add(1);
    }
}
