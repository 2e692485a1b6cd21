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
        var previousLower = false;
        foreach (var c in name)
        {
            var letter = char.IsAsciiLetterOrDigit(c);
            // A word ends at a separator and before the capital of camelCase.
            if (!letter || (previousLower && char.IsAsciiLetterUpper(c)))
            {
                if (_words.Contains(word.ToString()))
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
        if (_words.Contains(word.ToString()))
            return true;
        var all = joined.ToString();
        return anywhere.Any(s => all.Contains(s, StringComparison.Ordinal));
    }
}
