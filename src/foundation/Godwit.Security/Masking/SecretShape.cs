using System.Buffers;
using System.Text.RegularExpressions;

namespace Godwit.Security.Masking;

/// <summary>
/// One form a secret takes: an expression whose group <c>secret</c> is to be hidden. It is built (some milliseconds) only when a text holds one of
/// <paramref name="hints"/>, of which every match has one.
/// </summary>
internal sealed class SecretShape(string[] hints, string pattern)
{
    /// <summary>More characters than stand between the beginning of a match and its secret, but for white space without end.</summary>
    private const int LongestBeginning = 64;

    private readonly SearchValues<string> _hints = SearchValues.Create(hints, StringComparison.OrdinalIgnoreCase);

    // Without backtracking no text can make an expression slow.
    private readonly Lazy<Regex> _expression = new(() => new Regex(
        pattern,
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline));

    public IReadOnlyList<string> Hints => hints;

    public void Find(string text, List<(int Start, int End)> secrets)
    {
        if (!text.AsSpan().ContainsAny(_hints))
            return;
        var match = _expression.Value.Match(text);
        while (match.Success)
        {
            var secret = match.Groups["secret"];
            if (secret.Length > 0)
                secrets.Add((secret.Index, secret.Index + secret.Length));
            // The end of a secret may be the beginning of the next: password= token= x.
            var next = Math.Max(secret.Index, match.Index + match.Length - LongestBeginning);
            match = _expression.Value.Match(text, Math.Max(next, match.Index + 1));
        }
    }
}
