using System.Text.RegularExpressions;
using Godwit.Security.Masking;
using Godwit.Security.Secrets;

namespace Godwit.Engine.Audit;

/// <summary>Finds what looks like a secret in a text. A reference to one is none: a variable's name, a placeholder, a path.</summary>
internal static partial class SecretText
{
    private const int ShortestWord = 8, MostLines = 20;

    /// <returns>The numbers of the lines.</returns>
    public static IReadOnlyList<int> Find(string text)
    {
        var lines = new List<int>();
        var number = 0;
        foreach (var line in text.EnumerateLines())
        {
            number++;
            if (lines.Count == MostLines) break;
            // A longer line is data, and a match in it no assignment.
            if (line.Length <= 4096 && IsSecret(line.ToString())) lines.Add(number);
        }
        return lines;
    }

    public static bool HoldsPrivateKey(string text) => PrivateKey().IsMatch(text);

    private static bool IsSecret(string line) =>
        PrivateKey().IsMatch(line) || Token().IsMatch(line)
        || Url().Matches(line).Any(m => IsValue(m.Groups["value"].Value, shortest: 1))
        || Password().Matches(line).Any(m => IsValue(m.Groups["value"].Value, shortest: 1))
        || Assignment().Matches(line).Any(m => SecretNames.IsSecret(m.Groups["name"].Value) && IsValue(m.Groups["value"].Value, ShortestWord) && IsRandom(m.Groups["value"].Value));

    private static bool IsValue(string value, int shortest) =>
        value.Length >= shortest && !KnownSecrets.IsFiller(value) && !value.StartsWith('$') && !value.StartsWith(':') && !value.Contains("${", StringComparison.Ordinal) && value is not ("***" or "scram-sha-256" or "null" or "true" or "false");

    /// <summary>Letters and digits together, and no word or name that people would write: those of variables are words in capitals, those of paths have slashes.</summary>
    private static bool IsRandom(string value) => value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter) && !value.StartsWith('/') && !value.StartsWith("./", StringComparison.Ordinal) && !VariableName().IsMatch(value);

    [GeneratedRegex("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    /// <summary>Forms that their makers gave to be recognised by: AWS, GitHub, Slack, Stripe, Google, and signed tokens.</summary>
    [GeneratedRegex(@"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,}|xox[abprs]-[A-Za-z0-9-]{10,}|[sr]k_live_[A-Za-z0-9]{16,}|AIza[0-9A-Za-z_-]{35}|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})")]
    private static partial Regex Token();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:(?<value>[^/\s@]+)@")]
    private static partial Regex Url();

    /// <summary>As CREATE ROLE has it.</summary>
    [GeneratedRegex(@"\bPASSWORD\s+'(?<value>[^']+)'", RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    [GeneratedRegex("""(?<name>[A-Za-z][A-Za-z0-9_.-]{1,80})["']?\s*[:=]\s*["']?(?<value>(?>[A-Za-z0-9+/=_.~!@#%^&*-]{8,}))(?![(\[<])""")]
    private static partial Regex Assignment();

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
    private static partial Regex VariableName();
}
