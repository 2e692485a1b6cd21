using System.Buffers;
using System.Text;

namespace Godwit.Security.Masking;

/// <summary>
/// Replaces what looks like a secret by <c>***</c>. It would rather hide too much than too little, and takes time in proportion to the text
/// whatever the text is.
/// </summary>
public static class SecretMask
{
    public const string Mark = "***";

    private const string Name =
        """(password|passwd|passphrase|pwd|secret|token|credentials?|(api|access|secret|private|encryption)[_-]?key)["']?\s*""";

    /// <summary>A value in quotes, with either escape: a backslash, or the quote doubled. The closing quote may be missing.</summary>
    private const string Quoted = """("(?<secret>([^"\\]|\\.|"")*)|'(?<secret>([^'\\]|\\.|'')*))""";

    /// <summary>Words of which one is in every match of <see cref="Name"/>.</summary>
    private static readonly string[] s_names = ["pass", "pwd", "secret", "token", "credential", "key"];

    private static readonly string[] s_issued = ["_live_", "_test_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "AKIA", "ASIA", "AIza", "SG.", "npm_", "sk-"];

    private static readonly SecretShape[] s_shapes =
    [
        // Also without its end: a text that was cut short still holds the key.
        new(["PRIVATE KEY"], "(?<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.*?-----END [A-Z0-9 ]*PRIVATE KEY-----|.*))"),
        new(["eyJ"], """\b(?<secret>eyJ[A-Z0-9_-]{4,}\.[A-Z0-9_-]+(\.[A-Z0-9_-]*)*)"""),
        new(["authorization"], """authorization["']?\s*[=:]\s*["']?(?<secret>[^\r\n]+)"""),
        new(["bearer"], """\bbearer\s+(?<secret>[^\s"',;]{4,})"""),
        new(["cookie"], """cookie["']?\s*:\s*(?<secret>[^\r\n]+)"""),
        // ALTER ROLE app PASSWORD 'x'
        new(["password"], """\bpassword\s+'(?<secret>([^'\\]|\\.|'')*)"""),
        new(["SCRAM-SHA-256"], """(?<secret>SCRAM-SHA-256\$[^\s"']+)"""),
        // Up to the last @: a password may hold @, / and :, and in a database's URL that a person typed even a space.
        new(["://"], """postgres(ql)?://[^\s:@/]*:(?<secret>[^\r\n]*)@"""),
        new(["://"], """://[^\s:@/]*:(?<secret>[^\s]*)@"""),
        new(["://"], """https?://(?<secret>[^\s:@/]+)@"""),
        // Keys whose issuers gave them a beginning of their own, so that they are found.
        new(s_issued, @"\b(?<secret>(sk|pk|rk)_(live|test)_[A-Z0-9]{8,}|gh[pousr]_[A-Z0-9]{20,}|github_pat_[A-Z0-9_]{20,}|glpat-[A-Z0-9_-]{16,}|xox[abeprs]-[A-Z0-9-]{10,}|(AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Z0-9_-]{30,}|SG\.[A-Z0-9_-]{16,}\.[A-Z0-9_-]{16,}|npm_[A-Z0-9]{30,}|sk-[A-Z0-9_-]{20,})"),
        // After = a bare value may hold spaces when a semicolon ends it (ADO.NET); otherwise it ends at white space (libpq) or & (a URL's query).
        new(s_names, $"""{Name}=\s*({Quoted}|(?<secret>[^;\s"'][^;\r\n]*);|(?<secret>[^;&\s]+))"""),
        new(s_names, $"""{Name}:\s*({Quoted}|(?<secret>[^;&\s]+))"""),
    ];

    /// <summary>One look for all hints together: most texts have none of them.</summary>
    private static readonly SearchValues<string> s_hints = SearchValues.Create([.. s_shapes.SelectMany(s => s.Hints).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);

    public static string Mask(string text)
    {
        var named = NamedSecrets.MayHave(text);
        if (!named && !text.AsSpan().ContainsAny(s_hints))
            return text;
        var secrets = new List<(int Start, int End)>();
        if (named)
            NamedSecrets.Find(text, secrets);
        // Every shape looks at the text as it was: one that has replaced its part already could have taken another's beginning away.
        foreach (var shape in s_shapes)
            shape.Find(text, secrets);
        return secrets.Count == 0 ? text : Replace(text, secrets);
    }

    private static string Replace(string text, List<(int Start, int End)> secrets)
    {
        secrets.Sort();
        var masked = new StringBuilder(text.Length);
        var written = 0;
        foreach (var (start, end) in secrets)
        {
            if (end <= written)
                continue;
            if (start > written || masked.Length == 0)
                masked.Append(text, written, start - written).Append(Mark);
            written = end;
        }
        return masked.Append(text, written, text.Length - written).ToString();
    }
}
