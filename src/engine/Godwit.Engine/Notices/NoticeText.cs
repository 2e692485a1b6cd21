using System.Text;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Notices;

/// <summary>
/// Texts with placeholders such as <c>{run}</c>; <c>{{</c> is a brace. No language: a value that is filled in is not looked at again, and a line whose placeholders all have
/// no value is left out.
/// </summary>
public static partial class NoticeText
{
    public static IReadOnlyList<string> Placeholders { get; } = ["run", "id", "phase", "state", "reason", "eta", "window", "oncall", "roles", "contacts", "link", "timetable"];

    /// <summary>What customers are not to read: what went wrong inside, and how people are reached.</summary>
    public static IReadOnlyList<string> Internal { get; } = ["reason", "oncall", "roles", "contacts", "id", "timetable"];

    /// <summary>Names in braces, in their order.</summary>
    public static IEnumerable<string> NamesIn(string text) => Reference().Matches(text).Where(m => m.Groups["name"].Success).Select(m => m.Groups["name"].Value);

    public static string Fill(string text, IReadOnlyDictionary<string, string> values)
    {
        var lines = new List<string>();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var names = NamesIn(line).ToList();
            if (names.Count > 0 && names.TrueForAll(n => Find(values, n).Length == 0)) continue;
            lines.Add(Reference().Replace(line, m => m.Groups["name"] is { Success: true, Value: var name } ? Find(values, name) : "{"));
        }
        return string.Join('\n', lines).Trim();
    }

    /// <summary>Of one line, as a subject is: no character that could end it and begin another.</summary>
    public static string FillLine(string text, IReadOnlyDictionary<string, string> values, int longest) => Line(Fill(text, values), longest);

    /// <summary>The text on one line, cut where it is too long, never within a pair of characters.</summary>
    public static string Line(string text, int longest)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Control characters, and the line and paragraph separators of Unicode; half a pair has become U+FFFD.
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or 0x0085)
            {
                if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
            }
            else
            {
                line.Append(rune.ToString());
            }
            if (line.Length < longest) continue;
            return line.ToString().TrimEnd() + "…";
        }
        return line.ToString().Trim();
    }

    private static string Find(IReadOnlyDictionary<string, string> values, string name) => values.GetValueOrDefault(name) ?? "";

    [GeneratedRegex(@"\{\{|\{(?<name>[A-Za-z][A-Za-z0-9_-]{0,62})\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
