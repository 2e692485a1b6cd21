using System.Buffers;
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
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline;

    private const string Name =
        """(password|passwd|passphrase|pwd|secret|token|credentials?|(api|access|secret|private|encryption)[_-]?key)["']?\s*""";

    /// <summary>Words of which one is in every match of <see cref="Name"/>.</summary>
    private static readonly string[] s_hints = ["pass", "pwd", "secret", "token", "credential", "key"];

    /// <summary>A value in quotes, with either escape: a backslash, or the quote doubled. The closing quote may be missing.</summary>
    private const string Quoted = """("([^"\\]|\\.|"")*"?|'([^'\\]|\\.|'')*'?)""";

    private static readonly Shape[] s_shapes =
    [
        // Also without its end: a text that was cut short still holds the key.
        new(["PRIVATE KEY"], "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.*?-----END [A-Z0-9 ]*PRIVATE KEY-----|.*)", Mark),
        new(["eyJ"], """\beyJ[A-Z0-9_-]{4,}\.[A-Z0-9_-]+(\.[A-Z0-9_-]*)*""", Mark),
        new(["authorization"], """(?<keep>authorization["']?\s*[=:]\s*["']?)([a-z-]+[ \t]+)?[^\s"',;]+""", "${keep}" + Mark),
        new(["bearer"], """\b(?<keep>bearer\s+)[A-Z0-9._~+/=-]{4,}""", "${keep}" + Mark),
        new(["cookie"], """(?<keep>cookie["']?\s*:\s*)[^\r\n]+""", "${keep}" + Mark),
        new(["SCRAM-SHA-256"], """SCRAM-SHA-256\$[^\s"']+""", Mark),
        // Up to the last @: a password may hold @, / and :, and in a database's URL that a person typed even a space.
        new(["://"], """(?<keep>postgres(ql)?://[^\s:@/]*:)[^\r\n]*@""", "${keep}" + Mark + "@"),
        new(["://"], """(?<keep>://[^\s:@/]*:)[^\s]*@""", "${keep}" + Mark + "@"),
        new(["://"], """(?<keep>https?://)[^\s:@/]+@""", "${keep}" + Mark + "@"),
        // After = a bare value may hold spaces when a semicolon ends it (ADO.NET); otherwise it ends at white space (libpq) or & (a URL's query).
        new(s_hints, $"(?<keep>{Name}=\\s*)({Quoted}|[^;\\s][^;\\r\\n]*(?<end>;)|[^;&\\s]+)", "${keep}" + Mark + "${end}"),
        new(s_hints, $"(?<keep>{Name}:\\s*)({Quoted}|[^;&\\s]+)", "${keep}" + Mark),
    ];

    public static string Mask(string text)
    {
        foreach (var shape in s_shapes)
            text = shape.Mask(text);
        return text;
    }

    /// <summary>An expression is built (some milliseconds each) only when a text holds one of the words it cannot match without.</summary>
    private sealed class Shape(string[] hints, string pattern, string replacement)
    {
        private readonly SearchValues<string> _hints = SearchValues.Create(hints, StringComparison.OrdinalIgnoreCase);

        private readonly Lazy<Regex> _expression = new(() => new Regex(pattern, Options));

        public string Mask(string text) => text.AsSpan().ContainsAny(_hints) ? _expression.Value.Replace(text, replacement) : text;
    }
}
