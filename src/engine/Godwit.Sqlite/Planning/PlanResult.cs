using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Planning;

/// <param name="Plan">Null when a finding is an error.</param>
/// <param name="Findings">Everything that was seen, all at once.</param>
/// <param name="NotMoved">What is left behind, also when there is no plan.</param>
public sealed record PlanResult(MovePlan? Plan, IReadOnlyList<Finding> Findings, IReadOnlyList<NotMoved> NotMoved);
