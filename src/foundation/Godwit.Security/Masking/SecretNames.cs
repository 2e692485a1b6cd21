using System.Text;

namespace Godwit.Security.Masking;

/// <summary>Tells by its name whether a field holds a secret: <c>password</c>, <c>db_password</c>, <c>apiKey</c>, <c>X-Auth-Token</c>, …</summary>
public static class SecretNames
{
    private static readonly string[] s_anywhere =
        ["password", "passwd", "passphrase", "secret", "token", "authorization", "credential", "cookie", "apikey", "privatekey", "connectionstring"];

    private static readonly HashSet<string> s_words = new(StringComparer.Ordinal) { "key", "keys", "pwd", "pass", "pw", "auth", "jwt", "otp", "pin", "bearer", "dsn" };

    public static bool IsSecret(string name)
    {
        var joined = new StringBuilder(name.Length);
        var word = new StringBuilder();
        var previousLower = false;
        foreach (var c in name)
        {
            var letter = char.IsAsciiLetterOrDigit(c);
            // A word ends at a separator and before the capital of camelCase.
            if (!letter || (previousLower && char.IsAsciiLetterUpper(c)))
            {
                if (s_words.Contains(word.ToString()))
                    return true;
                word.Clear();
            }
            if (letter)
            {
                var lower = char.ToLowerInvariant(c);
                word.Append(lower);
                joined.Append(lower);
            }
            previousLower = char.IsAsciiLetterLower(c);
        }
        if (s_words.Contains(word.ToString()))
            return true;
        var all = joined.ToString();
        return s_anywhere.Any(s => all.Contains(s, StringComparison.Ordinal));
    }
}
