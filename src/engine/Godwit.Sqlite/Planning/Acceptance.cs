using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Planning;

/// <summary>One <c>--accept CODE</c> or <c>--accept CODE:table</c>; the name may also be a view's, an index's or a trigger's.</summary>
public sealed record Acceptance(FindingCode Code, string? Name = null)
{
    /// <summary>Null when there is no such code, or when it is none that can be accepted.</summary>
    public static Acceptance? TryParse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var id = colon < 0 ? text : text[..colon];
        return FindingCodes.All.TryGetValue(id.ToUpperInvariant(), out var code) && code.Acceptable
            ? new Acceptance(code, colon < 0 ? null : text[(colon + 1)..])
            : null;
    }

    public bool Covers(FindingCode code, IEnumerable<string> names) =>
        Code == code && (Name is null || names.Any(n => SqliteNames.Same(n, Name)));
}
