namespace Godwit.Engine.Steps;

/// <summary>A step that asks or waits and changes nothing: there is nothing to look at afterwards and nothing to undo. What it remembers is forgotten by undoing it, so that it asks again.</summary>
public abstract class QuestionStep : IStep
{
    public string? Irreversible => null;

    public string UndoSummary => "there is nothing to undo";

    /// <summary>Those that ask through <see cref="Checks.CheckRunner"/> are inside: of services it asks nothing in a rehearsal.</summary>
    public virtual StepReach Reach => StepReach.Outside;

    public virtual string? Describe(string progress, DateTimeOffset now) => null;

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

    public abstract Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation);

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => new StepMemory(context).ForgetAsync(cancellation);
}
