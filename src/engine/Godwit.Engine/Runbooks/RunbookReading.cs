using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>What came of reading a runbook. <see cref="Runbook"/> is null when a finding is an error.</summary>
public sealed record RunbookReading(Runbook? Runbook, IReadOnlyList<Finding> Findings);
