using Godwit.Model.Findings;
using Spectre.Console;

namespace Godwit.Cli.Move;

/// <summary>Prints findings for a person: worst first, each with its place and what to do.</summary>
internal static class FindingPrinter
{
    /// <summary>Notes of one code beyond this are counted, not listed: <c>--json</c> has them all.</summary>
    private const int MostNotes = 12;

    public static void Print(IAnsiConsole console, IReadOnlyList<Finding> findings, bool showValues)
    {
        foreach (var finding in findings.Where(f => f.Severity != Severity.Note).OrderByDescending(f => f.Severity)) Print(console, finding, showValues);
        foreach (var notes in findings.Where(f => f.Severity == Severity.Note).GroupBy(f => f.Code))
        {
            foreach (var note in notes.Take(MostNotes)) Print(console, note, showValues);
            if (notes.Count() > MostNotes) console.MarkupLineInterpolated($"[grey]  and {notes.Count() - MostNotes} more of {notes.Key.Id}[/]");
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
        if (finding.Remedy is { } remedy && finding.Severity != Severity.Note) console.MarkupLineInterpolated($"          [cyan]{remedy}[/]");
    }
}
