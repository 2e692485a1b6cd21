using System.Text;

namespace Godwit.Security.Masking;

/// <summary>Looks for words in the name of a field, however it is written: <c>db_password</c>, <c>apiKey</c>, <c>X-Auth-Token</c>, …</summary>
/// <param name="anywhere">Found in the middle of other letters too; without separators.</param>
/// <param name="words">Found only as words of their own.</param>
internal sealed class NameWords(string[] anywhere, params string[] words)
{
    private readonly HashSet<string> _words = new(words, StringComparer.Ordinal);

    public bool IsIn(string name)
    {
        var joined = new StringBuilder(name.Length);
        var word = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            var letter = char.IsAsciiLetterOrDigit(c);
            if (!letter || EndsBefore(name, i))
            {
                if (Has(word))
                    return true;
                word.Clear();
            }
            if (letter)
            {
                var lower = char.ToLowerInvariant(c);
                word.Append(lower);
                joined.Append(lower);
            }
        }
        if (Has(word))
            return true;
        var all = joined.ToString();
        return anywhere.Any(s => all.Contains(s, StringComparison.Ordinal));
    }

    /// <summary>A word ends before the capital of camelCase, before the last capital of a run (<c>PINCode</c>), and after its digits (<c>aes256Key</c>).</summary>
    private static bool EndsBefore(string name, int i)
    {
        if (i == 0)
            return false;
        if (char.IsAsciiDigit(name[i - 1]))
            return char.IsAsciiLetter(name[i]);
        return char.IsAsciiLetterUpper(name[i]) && (char.IsAsciiLetterLower(name[i - 1]) || (char.IsAsciiLetterUpper(name[i - 1]) && i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
    }

    /// <summary>With or without a number at its end: <c>otp1</c>.</summary>
    private bool Has(StringBuilder word)
    {
        if (word.Length == 0)
            return false;
        var text = word.ToString();
        return _words.Contains(text) || _words.Contains(text.TrimEnd("0123456789".ToCharArray()));
    }
}
