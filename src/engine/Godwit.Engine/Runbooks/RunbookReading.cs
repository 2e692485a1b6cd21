using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>What came of reading a runbook. <see cref="Runbook"/> is null when a finding is an error.</summary>
public sealed record RunbookReading(Runbook? Runbook, IReadOnlyList<Finding> Findings)
{
    /// <summary>
    /// What could be read in spite of errors, without the steps and gates whose settings are among them: for <see cref="RunbookPlanner.Check"/>, so
    /// that a slip in one place does not hide what is wrong in another. Null when nothing could be read.
    /// </summary>
    public Runbook? Draft { get; init; }
}
