using Godwit.Engine.Steps;

namespace Godwit.Engine.Rehearsals;

/// <summary>A step that a rehearsal leaves out: it goes through the states of one that is carried out, does nothing, and says so in the journal.</summary>
internal sealed class RehearsedStep(IStep step, string why, RehearsalRules rules) : IStep
{
    public StepReach Reach => StepReach.Inside;

    public string? Irreversible => step.Irreversible;

    public bool RunsOnce => step.RunsOnce;

    public bool RunsWhenChanged => step.RunsWhenChanged;

    public string UndoSummary => step.UndoSummary;

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        rules.Log.Skipped(context.Step.Id, why);
        context.Progress.Report(0, null, $"left out of the rehearsal: {why}");
        return Skipped();
    }

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => Skipped();

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => Skipped();

    private Task<StepResult> Skipped() => Task.FromResult<StepResult>(new StepResult.Passed
    {
        Evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["rehearsal"] = $"left out: {why}" },
    });
}
