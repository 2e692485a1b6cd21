using Godwit.Engine.Figures;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Runs;

/// <summary>Tries a part of a step again, told to whoever watches the run.</summary>
internal sealed class StepRetries(Retries retries, RunnerOptions options, RunFigures figures, FurthestProgress progress)
{
    /// <summary>See <see cref="Retries.RunAsync"/>.</summary>
    public Task<StepResult> RunAsync(Func<CancellationToken, Task<StepResult>> work, CancellationToken cancellation) =>
        retries.RunAsync(
            work,
            (fault, wait) =>
            {
                figures.Add(RunFigures.Retries, 1);
                options.Observer.Note($"{fault.Message}; trying again in {wait.TotalSeconds:0.0} s");
            },
            cancellation,
            () => progress.Furthest);
}
