using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;

namespace Godwit.Engine.Runs;

/// <summary>How a runner left a run.</summary>
public abstract record RunbookOutcome
{
    private RunbookOutcome()
    {
    }

    /// <summary>All phases that were asked for are done.</summary>
    public sealed record Reached(RunbookState State) : RunbookOutcome
    {
        /// <summary>A part of it went back, as was asked; the run is not over.</summary>
        public bool Part { get; init; }
    }

    /// <summary>It stopped, and says why. <paramref name="Findings"/> are what a check saw.</summary>
    /// <param name="VerificationFailed">The reason is a difference between what was and what had to be.</param>
    public sealed record Paused(string Reason, IReadOnlyList<Finding> Findings, bool VerificationFailed = false) : RunbookOutcome;

    /// <summary>It was asked for what the run does not allow. Nothing was changed.</summary>
    public sealed record Refused(IReadOnlyList<Finding> Findings) : RunbookOutcome;

    /// <summary>A tripwire wants the run back; it is still held.</summary>
    internal sealed record TurnsBack(Tripped By) : RunbookOutcome;
}
