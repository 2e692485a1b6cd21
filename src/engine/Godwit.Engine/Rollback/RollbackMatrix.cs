using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rollback;

/// <summary>Who decides on a rollback: by the time since the switch, and by how much data it touches where somebody knows that it is more than the time tells.</summary>
/// <param name="Rows">The shortest time first.</param>
/// <param name="IsOwn">Whether the runbook has it from itself.</param>
public sealed record RollbackMatrix(IReadOnlyList<RollbackRow> Rows, bool IsOwn)
{
    /// <summary>Where a runbook says nothing.</summary>
    public static RollbackMatrix Default { get; } = new(
        WithBeginnings(
        [
            new(default, TimeSpan.FromHours(1), RollbackImpact.Minimal, RollbackAction.Rollback, ["Engineering Lead"], "5-10 minutes"),
            new(default, TimeSpan.FromHours(4), RollbackImpact.Low, RollbackAction.Assess, ["Engineering Lead", "Product Owner"], "15-30 minutes"),
            new(default, TimeSpan.FromHours(24), RollbackImpact.Medium, RollbackAction.Evaluate, ["CTO", "Product Owner"], "30-60 minutes"),
            new(default, TimeSpan.FromDays(3), RollbackImpact.High, RollbackAction.PreferForward, ["CTO", "Incident Response"], "1-2 hours"),
            new(default, null, RollbackImpact.VeryHigh, RollbackAction.ForwardOnly, ["Executive Team"], null),
        ]),
        IsOwn: false);

    public static RollbackMatrix Of(RunbookPlan plan) =>
        plan.Rollback?.Maps(RollbackShape.MatrixKey) is { Count: > 0 } rows ? new(WithBeginnings([.. rows.Select(RollbackRow.Read)]), IsOwn: true) : Default;

    /// <summary>The row that holds: by age, or a later one where the impact is said to be larger than that row's.</summary>
    /// <param name="age">Since the switch; null when nothing is switched yet.</param>
    /// <param name="impact">What somebody knows; null when nobody does.</param>
    public RollbackRow RowOf(TimeSpan? age, RollbackImpact? impact)
    {
        var byAge = Rows.Index().First(r => r.Item.Until is not { } until || (age ?? TimeSpan.Zero) < until).Index;
        var byImpact = impact is { } known ? Rows.Index().Where(r => r.Item.Impact <= known).Select(r => r.Index).LastOrDefault() : 0;
        return Rows[Math.Max(byAge, byImpact)];
    }

    /// <summary>
    /// The roles whose approval a row takes. Godwit's own table asks for nobody within its first row where neither the runbook nor the target has such a role: whoever has
    /// no roles can take back at once what was just done.
    /// </summary>
    public IReadOnlyList<string> ApproversOf(RollbackRow row, RunbookPlan plan, IReadOnlyCollection<string>? pinned = null) =>
        IsOwn || row.From > TimeSpan.Zero ? row.Approvers : [.. row.Approvers.Where(r => plan.Roles.Keys.Concat(pinned ?? []).Any(d => RoleName.Same(d, r)))];

    private static IReadOnlyList<RollbackRow> WithBeginnings(IReadOnlyList<RollbackRow> rows) => [.. rows.Select((r, i) => r with { From = i == 0 ? TimeSpan.Zero : rows[i - 1].Until ?? TimeSpan.Zero })];
}
