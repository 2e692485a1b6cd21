using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Planning;

/// <param name="Plan">Null when a finding is an error.</param>
/// <param name="Findings">Everything that was seen, all at once.</param>
/// <param name="NotMoved">What is left behind, also when there is no plan.</param>
public sealed record PlanResult(MovePlan? Plan, IReadOnlyList<Finding> Findings, IReadOnlyList<NotMoved> NotMoved)
{
    /// <summary>What the tables would be called at the target, also when there is no plan: whether these names are free is told together with everything else.</summary>
    public IReadOnlyList<string> TargetNames { get; init; } = [];

    /// <summary>What was chosen for each table, also when there is no plan: a column that an error speaks of has what comes nearest.</summary>
    public IReadOnlyList<TableChoices> Choices { get; init; } = [];
}

/// <param name="Rows">Rows of the source.</param>
public sealed record TableChoices(string SourceName, string TargetName, long Rows, IReadOnlyList<ColumnPlan> Columns);
