using Godwit.Cli.Move;
using Godwit.Model.Findings;
using Spectre.Console;

namespace Godwit.Cli.Runbooks;

/// <summary>Prints what is the matter with a runbook: from top to bottom, each with what to do about it, since no two ask for the same.</summary>
internal static class RunbookFindings
{
    public static void Print(MoveConsole console, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            var word = finding.Severity switch
            {
                Severity.Error => "[red]error[/]  ",
                Severity.Warning => "[yellow]warning[/]",
                _ => "[grey]note[/]   ",
            };
            var place = finding.Place is { } p ? $"[bold]{Markup.Escape(p.ToString()!)}[/]: " : "";
            console.Out.MarkupLine($"{word} {finding.Code.Id} {place}{Markup.Escape(finding.Message)}");
            if (finding.Remedy is { } remedy) console.Line($"          [cyan]{remedy}[/]");
        }
    }
}
