using System.Globalization;
using System.Text;

namespace Godwit.Engine.Reports;

/// <summary>A report in Markdown (CommonMark with tables). What comes from a database or a file is text: it can neither form markup nor leave its cell.</summary>
public static class ReportMarkdown
{
    private const string Marks = "\\`*_{}[]<>()#+!|~&";

    public static string Write(Report report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Escape(report.Title)}\n\n");
        foreach (var block in report.Blocks)
        {
            switch (block)
            {
                case ReportBlock.Heading heading: text.Append(CultureInfo.InvariantCulture, $"{new string('#', heading.Level + 1)} {Escape(heading.Text)}\n\n"); break;
                case ReportBlock.Caution caution: text.Append(CultureInfo.InvariantCulture, $"> **Note.** {Escape(caution.Text)}\n\n"); break;
                case ReportBlock.Items items: text.Append(string.Concat(items.Texts.Select(t => $"- {Escape(t)}\n"))).Append('\n'); break;
                case ReportBlock.Facts facts: Write(text, new ReportBlock.Table(["", ""], facts.Rows)); break;
                case ReportBlock.Figures figures: Write(text, new ReportBlock.Table(["", ""], [.. figures.All.Select(f => (IReadOnlyList<string>)[f.Name, f.Value])])); break;
                case ReportBlock.Matrix matrix: Write(text, matrix); break;
                case ReportBlock.Blank blank: text.Append(CultureInfo.InvariantCulture, $"> **To be filled in by people:** {Escape(blank.Question)}\n>\n> \\_\\_\\_\\_\\_\\_\\_\\_\n\n"); break;
                case ReportBlock.Paragraph paragraph: text.Append(CultureInfo.InvariantCulture, $"{Escape(paragraph.Text)}\n\n"); break;
                case ReportBlock.Table table: Write(text, table); break;
                case ReportBlock.Listing listing: Write(text, listing); break;
            }
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, ReportBlock.Table table)
    {
        Row(text, table.Head.Select(Escape));
        Row(text, table.Head.Select(_ => "---"));
        foreach (var row in table.Rows) Row(text, row.Select(Escape));
        text.Append('\n');
    }

    /// <summary>A cell is one line: its lines are parted by a break, which is the one element that a report in Markdown has.</summary>
    private static void Write(StringBuilder text, ReportBlock.Matrix matrix)
    {
        Row(text, matrix.Head.Select(Escape));
        Row(text, matrix.Head.Select(_ => "---"));
        foreach (var row in matrix.Rows) Row(text, row.Select(c => c.Count == 0 ? "-" : string.Join("<br>", c.Select(Escape))));
        text.Append('\n');
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");

    private static void Write(StringBuilder text, ReportBlock.Listing listing)
    {
        var lines = listing.Lines.Select(ReportText.Clean).ToList();
        // A fence is longer than every run of backticks inside it (https://spec.commonmark.org/0.31.2/#fenced-code-blocks).
        var fence = new string('`', Math.Max(3, lines.Append("").Max(LongestRun) + 1));
        text.Append(CultureInfo.InvariantCulture, $"{Escape(listing.Title)}\n\n{fence}\n");
        foreach (var line in lines) text.Append(line).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"{fence}\n\n");
    }

    private static int LongestRun(string line)
    {
        var (longest, run) = (0, 0);
        foreach (var c in line) longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        return longest;
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in ReportText.Clean(text))
        {
            if (Marks.Contains(c, StringComparison.Ordinal)) escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }
}
