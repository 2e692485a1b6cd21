using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>Whose approval a phase waits for, as notices name them.</summary>
internal static class ApprovalRoles
{
    public static IReadOnlyList<string> Of(RunbookPlan plan, Phase phase) => [.. (plan.Approvals.GetValueOrDefault(phase) ?? []).Select(a => a.Role.Length == 0 ? a.ToString() : a.Role)];
}
