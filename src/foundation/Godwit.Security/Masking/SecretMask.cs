using System.Text.RegularExpressions;

namespace Godwit.Security.Masking;

/// <summary>
/// Replaces what looks like a secret by <c>***</c>. It would rather hide too much than too little, and takes time in proportion to the text whatever the text is:
/// the expressions do not backtrack.
/// </summary>
public static class SecretMask
{
    public const string Mark = "***";

    private const RegexOptions Options =
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const string Name =
        """(password|passwd|passphrase|pwd|secret|token|credentials?|(api|access|secret|private|encryption)[_-]?key)["']?\s*""";

    /// <summary>A value in quotes, with either escape: a backslash, or the quote doubled. The closing quote may be missing.</summary>
    private const string Quoted = """("([^"\\]|\\.|"")*"?|'([^'\\]|\\.|'')*'?)""";

    private static readonly (Regex Shape, string Replacement)[] s_shapes =
    [
        // Also without its end: a text that was cut short still holds the key.
        (new Regex("-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.*?-----END [A-Z0-9 ]*PRIVATE KEY-----|.*)", Options | RegexOptions.Singleline), Mark),
        (new Regex("""\beyJ[A-Z0-9_-]{4,}\.[A-Z0-9_-]+(\.[A-Z0-9_-]*)*""", Options), Mark),
        (new Regex("""(?<keep>authorization["']?\s*[=:]\s*["']?)([a-z-]+[ \t]+)?[^\s"',;]+""", Options), "${keep}" + Mark),
        (new Regex("""\b(?<keep>bearer\s+)[A-Z0-9._~+/=-]{4,}""", Options), "${keep}" + Mark),
        (new Regex("""(?<keep>cookie["']?\s*:\s*)[^\r\n]+""", Options), "${keep}" + Mark),
        (new Regex("""SCRAM-SHA-256\$[^\s"']+""", Options), Mark),
        // Up to the last @: a password may hold @, / and :, and in a database's URL that a person typed even a space.
        (new Regex("""(?<keep>postgres(ql)?://[^\s:@/]*:)[^\r\n]*@""", Options), "${keep}" + Mark + "@"),
        (new Regex("""(?<keep>://[^\s:@/]*:)[^\s]*@""", Options), "${keep}" + Mark + "@"),
        (new Regex("""(?<keep>https?://)[^\s:@/]+@""", Options), "${keep}" + Mark + "@"),
        // After = a bare value may hold spaces when a semicolon ends it (ADO.NET); otherwise it ends at white space (libpq) or & (a URL's query).
        (new Regex($"(?<keep>{Name}=\\s*)({Quoted}|[^;\\s][^;\\r\\n]*(?<end>;)|[^;&\\s]+)", Options), "${keep}" + Mark + "${end}"),
        (new Regex($"(?<keep>{Name}:\\s*)({Quoted}|[^;&\\s]+)", Options), "${keep}" + Mark),
    ];

    public static string Mask(string text)
    {
        foreach (var (shape, replacement) in s_shapes)
            text = shape.Replace(text, replacement);
        return text;
    }
}
