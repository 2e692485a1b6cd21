using Godwit.Model.Findings;
using Spectre.Console;

namespace Godwit.Cli.Move;

/// <summary>Prints findings for a person: worst first, each with its place and what to do.</summary>
internal static class FindingPrinter
{
    /// <summary>Findings of one kind about one table beyond this are counted, not listed: <c>--json</c> has them all.</summary>
    private const int MostOfAKind = 10;

    public static void Print(IAnsiConsole console, IReadOnlyList<Finding> findings, bool showValues)
    {
        foreach (var kind in findings.GroupBy(f => (f.Severity, f.Code, Table: f.Severity == Severity.Note ? null : f.Table)).OrderByDescending(k => k.Key.Severity))
        {
            foreach (var finding in kind.Take(MostOfAKind)) Print(console, finding, showValues);
            var more = kind.Count() - MostOfAKind;
            if (more > 0) console.MarkupLineInterpolated($"          and {more:N0} more {kind.Key.Code.Id}{(kind.Key.Table is { } table ? $" of {table}" : "")} (--json lists them)");
            // Findings of a kind mostly ask for the same; it is said once.
            if (kind.Key.Severity == Severity.Note) continue;
            foreach (var remedy in kind.Select(f => f.Remedy).OfType<string>().Distinct(StringComparer.Ordinal).Take(3))
                console.MarkupLineInterpolated($"          [cyan]{remedy}[/]");
        }
    }

    private static void Print(IAnsiConsole console, Finding finding, bool showValues)
    {
        var word = finding.Severity switch
        {
            Severity.Error => "[red]error[/]  ",
            Severity.Warning => "[yellow]warning[/]",
            _ => "[grey]note[/]   ",
        };
        var place = finding.Place is { } p ? $"[bold]{Markup.Escape(p.ToString()!)}[/]: " : "";
        console.MarkupLine($"{word} {finding.Code.Id} {place}{Markup.Escape(finding.Message)}");
        if (finding.SourceText is { } text && finding.Severity != Severity.Note)
        {
            foreach (var line in text.ReplaceLineEndings("\n").Split('\n').Take(6)) console.MarkupLineInterpolated($"[grey]          | {line}[/]");
        }
        if (showValues && finding.Value is { } value) console.MarkupLineInterpolated($"          value: {value}");
    }
}
