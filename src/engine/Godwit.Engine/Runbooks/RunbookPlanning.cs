using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>What came of resolving a runbook. <see cref="Plan"/> is null when a finding is an error.</summary>
public sealed record RunbookPlanning(RunbookPlan? Plan, IReadOnlyList<Finding> Findings);
