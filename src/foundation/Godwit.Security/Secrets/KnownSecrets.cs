using System.Text.RegularExpressions;

namespace Godwit.Security.Secrets;

/// <summary>What everybody knows: placeholders of templates, values out of tutorials, and words that people build secrets from.</summary>
public static partial class KnownSecrets
{
    /// <summary>Beginnings and whole values that frameworks, tutorials and the templates of well-known images ship, in lower case without separators.</summary>
    private static readonly string[] s_samples =
    [
        "djangoinsecure", "keyboardcat", "supersecret", "verysecret", "mysecretkey", "mysecret", "secretkey", "topsecret", "shhhh", "s3cr3t", "notasecret", "thisisasecret", "thisshouldbesecret", "jwtsecret",
        "yoursecret", "your32char", "your256bit", "yourjwt", "insecure", "devsecret", "developmentsecret", "testsecret", "localsecret", "samplekey", "examplekey", "defaultkey", "defaultsecret", "appsecret",
        "correcthorsebatterystaple", "postgrespostgres", "rootroot", "adminadmin", "letmein", "qwertyuiop", "asdfghjkl", "abcdefghij", "1234567890", "0123456789", "deadbeef", "cafebabe",
    ];

    private static readonly string[] s_words =
    [
        "development", "production", "localhost", "namaskah", "postgres", "password", "username", "changeit", "changeme", "database", "security", "insecure", "welcome", "default", "example", "dragon", "session",
        "monkey", "sample", "secret", "master", "qwerty", "django", "pepper", "server", "cookie", "signing", "please", "staging", "string", "random", "admin", "super", "token", "redis", "mysql", "local", "login",
        "hello", "world", "horse", "spring", "summer", "winter", "autumn", "2023", "2024", "2025", "2026", "test", "prod", "user", "pass", "very", "long", "char", "salt", "auth", "this", "that", "with", "your", "code",
        "data", "key", "jwt", "api", "app", "dev", "the", "for", "abc", "123", "xyz", "env",
    ];

    private static readonly ILookup<char, string> s_byFirst = s_words.OrderByDescending(w => w.Length).ToLookup(w => w[0]);

    /// <summary>changeme, your-key-here, &lt;secret&gt;, ${NAME}, xxxx, and the words that people try first.</summary>
    public static bool IsPlaceholder(string value) => Template().IsMatch(value);

    /// <summary>A placeholder, or one character again and again: for a setting of which nothing is known but that it has a value.</summary>
    public static bool IsFiller(string value) => IsPlaceholder(value) || (value.Length > 3 && value.All(c => c == value[0]));

    public static bool IsSample(string value)
    {
        var plain = new string([.. value.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
        return s_samples.Any(s => plain.StartsWith(s, StringComparison.Ordinal));
    }

    /// <summary>The length of the word that begins there; 0 when none does.</summary>
    internal static int WordAt(string lower, int at)
    {
        foreach (var word in s_byFirst[lower[at]])
        {
            if (string.CompareOrdinal(lower, at, word, 0, word.Length) == 0) return word.Length;
        }
        return 0;
    }

    [GeneratedRegex(
        @"^\s*$|change[-_ ]?(me|it|this)|replace[-_ ]?(me|this|with)|place[-_ ]?holder|^(your|my)[-_ ]|^<.*>$|^\$?\{.*\}$|^%.*%$|^\[.*\]$|^(todo|tbd|none|null|example|sample|dummy|default|secret|password|passwd|test|foo|bar|12345\d*)$|(goes|value|key|secret|password|token)[-_ ]here|insert[-_ ]|fill[-_ ]?(me|this|in)|\.\.\.|^x{4,}$|^\*+$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Template();
}
