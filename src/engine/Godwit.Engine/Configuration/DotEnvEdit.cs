using System.Text.RegularExpressions;

namespace Godwit.Engine.Configuration;

/// <summary>
/// Changes values in a file of NAME=value lines and nothing else: comments, order, line ends, <c>export</c> and the way a value is quoted stay. Text only; who reads and writes the file is
/// somebody else's.
/// </summary>
public static partial class DotEnvEdit
{
    /// <summary>What a shell, or one of the readers, would not take for itself outside quotes.</summary>
    private const string Special = " \t'\"`$\\#;&|<>()";

    /// <summary>The lines that give the variable a value, without their ends, in the file's order.</summary>
    public static IReadOnlyList<string> LinesOf(string text, string name) => [.. Lines(text).Where(l => IsOf(l.Line, name)).Select(l => l.Line)];

    /// <summary>Gives the variable a value, wherever it has one, or at the end of the file.</summary>
    /// <returns>Null with the reason when the file's readers would take the value for another one.</returns>
    public static (string? Text, string? Reason) Set(string text, string name, string value)
    {
        if (value.AsSpan().ContainsAny("\n\r\0")) return (null, "its value has more than one line, which no reader of such files takes");
        var parts = new List<string>();
        var found = false;
        foreach (var (line, end) in Lines(text))
        {
            if (Assignment().Match(line) is not { Success: true } match || match.Groups["name"].Value != name)
            {
                parts.Add(line + end);
                continue;
            }
            found = true;
            if (Quote(value, match.Groups["value"].Value) is not { } quoted) return (null, Unquotable);
            parts.Add(match.Groups["before"].Value + quoted + end);
        }
        if (found) return (string.Concat(parts), null);
        if (Quote(value, "") is not { } added) return (null, Unquotable);
        var ending = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return ($"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : ending)}{name}={added}{ending}", null);
    }

    /// <summary>Gives the variable the lines that it had: those that are there now in their order, what is more goes, what is missing comes to the end.</summary>
    public static string Restore(string text, string name, IReadOnlyList<string> former)
    {
        var (parts, next) = (new List<string>(), 0);
        foreach (var (line, end) in Lines(text))
        {
            if (!IsOf(line, name)) parts.Add(line + end);
            else if (next < former.Count) parts.Add(former[next++] + end);
        }
        if (next == former.Count) return string.Concat(parts);
        var before = string.Concat(parts);
        var ending = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return before + (before.Length == 0 || before.EndsWith('\n') ? "" : ending) + string.Concat(former.Skip(next).Select(l => l + ending));
    }

    private const string Unquotable = "its value has a character that some readers of such files take for more than itself, and the file does not quote it: put the variable's value into single quotes there";

    /// <summary>
    /// As the value was that stood there. Without quotes only what every reader takes as it is, or what the former value had too: container platforms take quotes for part of a value, a shell
    /// takes an ampersand for the end of one, and the file does not say who reads it.
    /// </summary>
    private static string? Quote(string value, string former)
    {
        former = former.Trim();
        if (former is ['\'', .., '\'']) return value.Contains('\'', StringComparison.Ordinal) ? null : $"'{value}'";
        if (former is ['"', .., '"']) return value.AsSpan().ContainsAny("\"$`\\") ? null : $"\"{value}\"";
        return value.All(c => !Special.Contains(c, StringComparison.Ordinal) || (former.Contains(c, StringComparison.Ordinal) && !char.IsWhiteSpace(c))) ? value : null;
    }

    private static bool IsOf(string line, string name) => Assignment().Match(line) is { Success: true } match && match.Groups["name"].Value == name;

    private static IEnumerable<(string Line, string End)> Lines(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var newline = text.IndexOf('\n', at);
            var stop = newline < 0 ? text.Length : newline + 1;
            var end = newline < 0 ? "" : newline > at && text[newline - 1] == '\r' ? "\r\n" : "\n";
            yield return (text[at..(stop - end.Length)], end);
            at = stop;
        }
    }

    [GeneratedRegex(@"^(?<before>\s*(?:export\s+)?(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*=[ \t]*)(?<value>.*)\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Assignment();
}
