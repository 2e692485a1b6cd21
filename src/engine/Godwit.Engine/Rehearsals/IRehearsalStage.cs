using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <summary>A copy that runs are begun and gone on with on.</summary>
public interface IRehearsalStage
{
    /// <exception cref="RehearsalException">A run cannot begin here.</exception>
    Task<IRunStore> BeginAsync(RunbookPlan plan, CancellationToken cancellation);

    /// <summary>Goes on with a run that was let go of, whatever its state.</summary>
    /// <exception cref="RehearsalException">It cannot be gone on with.</exception>
    Task<IRunStore> TakeOverAsync(Guid run, CancellationToken cancellation);
}

/// <summary>A rehearsal that could not be made: nothing is said about the plan.</summary>
public sealed class RehearsalException(IReadOnlyList<Finding> findings) : Exception(findings[0].Message)
{
    public RehearsalException(FindingCode code, string message, string? remedy = null)
        : this([Finding.Error(code, message, null, remedy)])
    {
    }

    public IReadOnlyList<Finding> Findings { get; } = findings;
}
