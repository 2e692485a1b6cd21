using System.Text.RegularExpressions;
using Godwit.Engine.Rollback;
using Godwit.Security.Signing;

namespace Godwit.Engine.People;

/// <summary>A person whose public key an administrator pinned in the target.</summary>
/// <param name="PinnedBy">The thumbprint of the machine's key that signed it.</param>
public sealed partial record Person(string Name, EcPublicKey Key, IReadOnlyList<string> Roles, DateTimeOffset AddedAt, string PinnedBy)
{
    public const int LongestName = 100, MostRoles = 20;

    /// <summary>Null while the key is valid. A key that was retired is never valid again.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public string? RetiredBecause { get; init; }

    /// <summary>Null when nothing is the matter; else why this person counts for nothing.</summary>
    public string? Problem { get; init; }

    public bool IsActive => RetiredAt is null && Problem is null;

    public bool Has(string role) => Roles.Any(r => RoleName.Same(r, role));

    /// <summary>Of a person, and of a role.</summary>
    public static bool IsName(string text) => text.Length <= LongestName && NamePattern().IsMatch(text);

    public static bool SameName(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^[\p{L}\p{N}]([\p{L}\p{M}\p{N} .,'@_+-]*[\p{L}\p{M}\p{N}.])?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
