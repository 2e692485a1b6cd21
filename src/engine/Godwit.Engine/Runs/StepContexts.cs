using System.Globalization;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>What the steps of a run are given to work with.</summary>
internal sealed class StepContexts(IRunStore store, RunnerOptions options, IStepProgress progress, Func<bool> pauseRequested)
{
    public IStep Bind(StepSettings step) => options.Bind(step, store.Plan.Files);

    /// <param name="phase">Its phase.</param>
    /// <param name="step">The step.</param>
    /// <param name="direction"><c>apply</c> or <c>undo</c>.</param>
    /// <param name="timesUndone">How often it was taken back before. The key is the same for every attempt at one application, and another one for the next: whoever remembers keys does that too.</param>
    public StepContext Of(Phase phase, StepSettings step, string direction, int timesUndone) => new()
    {
        Run = store.Run,
        Step = step,
        Phase = phase,
        Target = store.For(step.Id),
        IdempotencyKey = $"{store.Run:N}-{step.Id}-{direction}{(timesUndone == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{timesUndone + 1}"))}",
        Effects = new OutsideEffects(store, step.Id, options.Time),
        Folder = options.Folder,
        Time = options.Time,
        Environment = options.Environment,
        Keyring = options.Keyring,
        Sources = store.Plan.Sources,
        Backups = store.Plan.Backups,
        CheckSources = options.CheckSources,
        Queries = options.Queries,
        Rehearsal = options.Rehearsal,
        Progress = progress,
        PauseRequested = pauseRequested,
    };
}
