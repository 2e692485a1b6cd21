namespace Godwit.Model.Runbooks;

/// <summary>How many people in a role have to agree.</summary>
/// <param name="Role">As people write it; empty for anybody who is pinned.</param>
/// <param name="Count">People, not signatures: nobody counts twice.</param>
public sealed record RequiredApproval(string Role, int Count = 1)
{
    public const int Most = 20;

    public override string ToString() => Role.Length == 0 ? Count == 1 ? "anybody who is pinned" : $"{Count} people who are pinned" : Count == 1 ? Role : $"{Count} of {Role}";
}
