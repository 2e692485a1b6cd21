namespace Godwit.Engine.Rollback;

/// <summary>What a person says who asks for a rollback.</summary>
/// <param name="Approvals">Who is said to have approved it.</param>
/// <param name="Override">Why it is done where the matrix says that it is not, or somebody's approval is missing; null leaves the matrix its say.</param>
/// <param name="Impact">How much data it touches, where that is known to be more than the time tells.</param>
public sealed record RollbackRequest(IReadOnlyList<RollbackApproval> Approvals, string? Override = null, RollbackImpact? Impact = null)
{
    public static RollbackRequest Plain { get; } = new([]);
}

/// <summary>
/// An approval, as somebody states it: nothing proves it. It counts only where nobody is pinned in the target, and is on record as unproved; elsewhere
/// <see cref="RollbackDecision"/> asks for signed ones (<c>godwit approve --rollback</c>).
/// </summary>
public sealed record RollbackApproval(string Role, string Name)
{
    /// <summary>From <c>role: name</c>; null when it is none.</summary>
    public static RollbackApproval? Read(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        if (at < 0) return null;
        var (role, name) = (text[..at].Trim(), text[(at + 1)..].Trim());
        return role.Length is 0 or > 200 || name.Length is 0 or > 200 || text.Any(char.IsControl) ? null : new RollbackApproval(role, name);
    }
}
