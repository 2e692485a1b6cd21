using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps;

/// <summary>
/// A kind of step: what it is called, what its settings look like, and how a step of it is made. To add one is a folder with a class that
/// implements this and <see cref="IStep"/>, and one line where the kinds are composed (docs/adding-a-step.md).
/// </summary>
public interface IStepKind
{
    /// <summary>The key in the runbook: lower-case letters.</summary>
    string Name { get; }

    /// <summary>One sentence for the schema and the editor.</summary>
    string Summary { get; }

    /// <summary>The settings under that key. Reading, unknown keys, defaults and the published schema follow from it.</summary>
    Shape.Map Shape { get; }

    /// <summary>What is wrong with a step's settings beyond their shape, as far as no database is needed to see it.</summary>
    IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files);

    /// <summary>The step of a plan, ready to be carried out. Called after <see cref="Check"/> found no error.</summary>
    IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files);
}

/// <summary>
/// One step of a run. Each of the four is idempotent: it may be begun again after a crash at any point. What it does in the target, it does through
/// <see cref="StepContext.Target"/>, so that its effect and the row that says so commit together.
/// </summary>
public interface IStep
{
    /// <summary>Why the kind itself cannot undo this step; null when it can. The runbook must then declare it too.</summary>
    string? Irreversible { get; }

    /// <summary>
    /// Whether a later run of the same runbook leaves the step out once it is done, as a migration is, and refuses it when its content has changed.
    /// </summary>
    bool RunsOnce => false;

    /// <summary>Whether a later run leaves the step out as long as its content is what it was when it was last done: what is replaced as a whole, such as a view.</summary>
    bool RunsWhenChanged => false;

    /// <summary>
    /// Whether a step that was applied and could not be verified is applied again when the run goes on: what it left over may be done by then. Else it is
    /// only looked at again.
    /// </summary>
    bool AppliesAgain => false;

    /// <summary>Whether undoing its phase begins with it, wherever it stands: nobody is to use what is about to be taken away.</summary>
    bool UndoneFirst => false;
    /// <summary>What carrying it out may touch. A rehearsal leaves out what reaches beyond the target and the runbook's folder, unless the runbook says otherwise.</summary>
    StepReach Reach => StepReach.Outside;

    /// <summary>Whether it keeps to the step's timeout itself, so that it can still say what it saw until then; it is ended from outside when it does not.</summary>
    bool KeepsTimeout => false;

    /// <summary>What undoing it would take and lose, in one sentence for the plan.</summary>
    string UndoSummary { get; }

    /// <summary>What a step that is not over has seen so far and what it waits for, in one sentence for <c>status</c>; null says nothing.</summary>
    /// <param name="progress">What it remembers of its own progress.</param>
    /// <param name="now">The target's clock.</param>
    string? Describe(string progress, DateTimeOffset now) => null;

    /// <summary>What has to hold before <see cref="ApplyAsync"/> may begin. Changes nothing.</summary>
    Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation);

    Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation);

    /// <summary>Whether what was applied is there. Changes nothing.</summary>
    Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation);

    /// <summary>Takes back what <see cref="ApplyAsync"/> did, or the part of it that was done.</summary>
    Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation);
}
