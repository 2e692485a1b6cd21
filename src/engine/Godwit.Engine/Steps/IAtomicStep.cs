using Godwit.Engine.Runs;

namespace Godwit.Engine.Steps;

/// <summary>
/// A step that can do all its work in one transaction: what it does, that it is done, and the journal's entry then commit together, in one round to
/// the disk. A step that turns out not to be, by its settings, says so through <see cref="IsAtomic"/>.
/// </summary>
public interface IAtomicStep : IStep
{
    bool IsAtomic { get; }

    /// <summary>False when there is nothing to look at afterwards: the step is then verified by its commit.</summary>
    bool HasVerify { get; }

    /// <summary>
    /// Whether it makes new things only and locks nothing that is in use: such steps may share a transaction, and many small ones then cost one wait for
    /// the disk. Others have a transaction of their own, so that no lock is held for longer than its step.
    /// </summary>
    bool JoinsOthers => false;

    /// <summary>Limits of the transaction.</summary>
    SessionTerms Terms(StepContext context);

    Task<StepResult> ApplyAsync(StepContext context, IRunTransaction transaction, CancellationToken cancellation);

    Task<StepResult> UndoAsync(StepContext context, IRunTransaction transaction, CancellationToken cancellation);
}
