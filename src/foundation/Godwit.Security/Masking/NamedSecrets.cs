using System.Buffers;

namespace Godwit.Security.Masking;

/// <summary>
/// Values behind a name that tells: <c>API_KEY_PEPPER=x</c>, <c>signing_key: x</c>, <c>\"password\":\"x\"</c>, <c>&lt;password&gt;x&lt;/password&gt;</c>. The whole identifier is taken and <see cref="SecretNames"/> is asked, as for the
/// name of a field. It goes through the text once.
/// </summary>
internal static class NamedSecrets
{
    /// <summary>Characters of a name that are looked at: those next to the value.</summary>
    private const int LongestName = 128;

    private static readonly SearchValues<char> s_separators = SearchValues.Create("=:>");

    /// <summary>One of these is in every name that tells.</summary>
    private static readonly SearchValues<string> s_hints = SearchValues.Create(
        ["pass", "pwd", "pw", "secret", "token", "credential", "key", "pepper", "otp", "mfa", "pin", "salt", "recovery", "backupcode", "backup_code", "session", "mnemonic", "dsn", "jwt", "cookie", "connection"],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Alone they are words of ordinary sentences: a primary key: id.</summary>
    private static readonly string[] s_ordinary = ["key", "keys", "auth", "bearer", "cookie"];

    /// <summary>What kind of key is no secret.</summary>
    private static readonly string[] s_harmless = ["primary", "foreign", "unique", "sort", "partition", "natural", "routing", "public", "row"];

    public static bool MayHave(ReadOnlySpan<char> text) => text.ContainsAny(s_separators) && text.ContainsAny(s_hints);

    public static void Find(string text, List<(int Start, int End)> found)
    {
        for (var i = Next(text, 0); i >= 0;)
        {
            var next = i + 1;
            if (Tells(text, i))
            {
                var (start, end) = Value(text, i);
                if (end > start)
                {
                    found.Add((start, end));
                    // What ends so may be the name of the next: password= token= x.
                    next = text[end - 1] is '=' or ':' ? end - 1 : end;
                }
            }
            i = Next(text, next);
        }
    }

    private static int Next(string text, int from)
    {
        var at = from < text.Length ? text.AsSpan(from).IndexOfAny(s_separators) : -1;
        return at < 0 ? -1 : from + at;
    }

    private static bool Tells(string text, int separator)
    {
        var end = separator;
        if (text[separator] != '>')
        {
            while (end > 0 && separator - end < 8 && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is '"' or '\'' or '\\'))
                end--;
        }
        var start = end;
        while (start > 0 && end - start < LongestName && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-'))
            start--;
        var name = text.AsSpan(start, end - start);
        if (name.Length < 2 || !name.ContainsAny(s_hints))
            return false;
        if (text[separator] == '>' && (start == 0 || text[start - 1] != '<'))
            return false;
        foreach (var word in s_ordinary)
        {
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        // A short word before a colon is a word of a sentence.
        if (text[separator] == ':' && name.Length <= 4 && name.IndexOfAny('_', '-') < 0)
            return false;
        return !IsHarmlessKey(name) && SecretNames.IsSecret(name.ToString());
    }

    private static bool IsHarmlessKey(ReadOnlySpan<char> name)
    {
        foreach (var kind in s_harmless)
        {
            if (name.StartsWith(kind, StringComparison.OrdinalIgnoreCase) && name[kind.Length..].TrimStart("_-") is var rest
                && (rest.Equals("key", StringComparison.OrdinalIgnoreCase) || rest.Equals("keys", StringComparison.OrdinalIgnoreCase)))
                return true;
        }
        return false;
    }

    private static (int Start, int End) Value(string text, int separator)
    {
        var start = separator + 1;
        if (text[separator] == '>')
        {
            var close = text.AsSpan(start).IndexOf('<');
            return (start, close < 0 ? text.Length : start + close);
        }
        while (start < text.Length && char.IsWhiteSpace(text[start]))
            start++;
        if (start == text.Length)
            return (start, start);
        if (text[start] == '\\' && start + 1 < text.Length && text[start + 1] is '"' or '\'')
        {
            // Quotes that are escaped themselves: JSON within JSON.
            var close = text.AsSpan(start + 2).IndexOf(text.AsSpan(start, 2), StringComparison.Ordinal);
            return (start + 2, close < 0 ? text.Length : start + 2 + close);
        }
        if (text[start] is '"' or '\'')
            return (start + 1, Quoted(text, start));
        var end = start;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not (';' or '&' or '<') && !(text[separator] == ':' && text[end] is ',' or '}'))
            end++;
        return (start, end);
    }

    /// <summary>With either escape: a backslash, or the quote doubled. The closing quote may be missing.</summary>
    private static int Quoted(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == text[open] && i + 1 < text.Length && text[i + 1] == text[open])
                i++;
            else if (text[i] == text[open])
                return i;
        }
        return text.Length;
    }
}
