using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Reports;

/// <summary>A report as one HTML page that prints well: no scripts, nothing that is loaded, and a policy that would let neither in.</summary>
public static partial class ReportHtml
{
    public static string Write(Report report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Escape(report.Title)}</title>
            <style>
            {ReportStyle.Of(report)}
            </style>
            </head>
            <body>
            <h1>{Escape(report.Title)}</h1>

            """);
        // What is seen first stands before the contents.
        var first = report.Blocks.TakeWhile(b => b is not ReportBlock.Heading).ToList();
        foreach (var block in first) Write(text, block);
        var headings = report.Blocks.OfType<ReportBlock.Heading>().Where(h => h.Level == 1).ToList();
        if (headings.Count > 6) Contents(text, headings);
        var number = 0;
        foreach (var block in report.Blocks.Skip(first.Count))
        {
            if (block is ReportBlock.Heading { Level: 1 } heading) text.Append(CultureInfo.InvariantCulture, $"<h2 id=\"s{++number}\">{Escape(heading.Text)}</h2>\n");
            else Write(text, block);
        }
        return text.Append("</body>\n</html>\n").ToString();
    }

    private static void Contents(StringBuilder text, List<ReportBlock.Heading> headings)
    {
        text.Append("<nav><ol>\n");
        foreach (var (i, heading) in headings.Index()) text.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#s{i + 1}\">{Escape(heading.Text)}</a></li>\n");
        text.Append("</ol></nav>\n");
    }

    private static void Write(StringBuilder text, ReportBlock block)
    {
        switch (block)
        {
            case ReportBlock.Heading heading: text.Append(CultureInfo.InvariantCulture, $"<h3>{Escape(heading.Text)}</h3>\n"); break;
            case ReportBlock.Paragraph paragraph: text.Append(CultureInfo.InvariantCulture, $"<p>{Prose(paragraph.Text)}</p>\n"); break;
            case ReportBlock.Caution caution: text.Append(CultureInfo.InvariantCulture, $"<p class=\"caution\">{Prose(caution.Text)}</p>\n"); break;
            case ReportBlock.Items items: text.Append(CultureInfo.InvariantCulture, $"<ul>{string.Concat(items.Texts.Select(t => $"<li>{Prose(t)}</li>"))}</ul>\n"); break;
            case ReportBlock.Facts facts:
                text.Append("<table class=\"facts\">\n");
                foreach (var row in facts.Rows) text.Append(CultureInfo.InvariantCulture, $"<tr><th>{Escape(row[0])}</th>{Cell(row[1])}</tr>\n");
                text.Append("</table>\n");
                break;
            case ReportBlock.Figures figures:
                text.Append(CultureInfo.InvariantCulture, $"<dl class=\"figures\">{string.Concat(figures.All.Select(f => $"<div class=\"{f.Mark.ToString().ToLowerInvariant()}\"><dt>{Escape(f.Name)}</dt><dd>{Escape(f.Value)}</dd></div>"))}</dl>\n");
                break;
            case ReportBlock.Table table:
                Head(text, table.Head, isNumber: i => table.Rows.Any(r => ReportStyle.ClassOf(r[i]) == "n") && table.Rows.All(r => r[i] is "" or "-" || ReportStyle.ClassOf(r[i]) == "n"));
                foreach (var row in table.Rows) text.Append(CultureInfo.InvariantCulture, $"<tr{(row.All(c => c.Length == 0) ? " class=\"write\"" : "")}>{string.Concat(row.Select(Cell))}</tr>\n");
                text.Append("</tbody></table>\n");
                break;
            case ReportBlock.Matrix matrix:
                Head(text, matrix.Head, "matrix");
                foreach (var row in matrix.Rows) text.Append(CultureInfo.InvariantCulture, $"<tr>{string.Concat(row.Select(Cell))}</tr>\n");
                text.Append("</tbody></table>\n");
                break;
            case ReportBlock.Listing listing:
                text.Append(CultureInfo.InvariantCulture, $"<details{(listing.IsOpen ? " open" : "")}><summary>{Escape(listing.Title)}</summary><pre>{string.Join('\n', listing.Lines.Select(Escape))}</pre></details>\n");
                break;
            case ReportBlock.Blank blank:
                text.Append(CultureInfo.InvariantCulture, $"<div class=\"blank\"><p>To be filled in by people: <strong>{Escape(blank.Question)}</strong></p></div>\n");
                break;
        }
    }

    private static void Head(StringBuilder text, IReadOnlyList<string> head, string? kind = null, Func<int, bool>? isNumber = null) =>
        text.Append(CultureInfo.InvariantCulture, $"<table{(kind is null ? "" : $" class=\"{kind}\"")}>\n<thead><tr>{string.Concat(head.Select((h, i) => $"<th{(isNumber?.Invoke(i) == true ? " class=\"n\"" : "")}>{Escape(h)}</th>"))}</tr></thead>\n<tbody>\n");

    private static string Cell(IReadOnlyList<string> lines) => lines.Count == 0 ? "<td>-</td>" : lines.Count == 1 ? Cell(lines[0]) : $"<td><ul>{string.Concat(lines.Select(l => $"<li>{Escape(l)}</li>"))}</ul></td>";

    private static string Cell(string value) => ReportStyle.ClassOf(value) is { } kind ? $"<td class=\"{kind}\">{Escape(value)}</td>" : $"<td>{Escape(value)}</td>";

    /// <summary>With commands, which stand between backticks, as such. What is between them is escaped like the rest.</summary>
    private static string Prose(string text) => Command().Replace(Escape(text), "<code>${command}</code>");

    private static string Escape(string text) => WebUtility.HtmlEncode(ReportText.Clean(text));

    [GeneratedRegex("`(?<command>[^`]{1,200})`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();
}
