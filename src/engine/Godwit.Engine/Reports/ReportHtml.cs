using System.Globalization;
using System.Net;
using System.Text;

namespace Godwit.Engine.Reports;

/// <summary>A report as one HTML page: no scripts, nothing that is loaded, and a policy that would let neither in.</summary>
public static class ReportHtml
{
    private const string Style = """
        body{font:15px/1.45 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
        table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}
        th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
        th{background:#f2f2f2}
        pre{background:#f7f7f7;border:1px solid #ddd;padding:.5rem;overflow-x:auto}
        summary{cursor:pointer;margin:.5rem 0}
        """;

    public static string Write(Report report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Escape(report.Title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Escape(report.Title)}</h1>

            """);
        foreach (var block in report.Blocks)
        {
            switch (block)
            {
                case ReportBlock.Heading heading: text.Append(CultureInfo.InvariantCulture, $"<h2>{Escape(heading.Text)}</h2>\n"); break;
                case ReportBlock.Paragraph paragraph: text.Append(CultureInfo.InvariantCulture, $"<p>{Escape(paragraph.Text)}</p>\n"); break;
                case ReportBlock.Table table: Write(text, table); break;
                case ReportBlock.Listing listing:
                    text.Append(CultureInfo.InvariantCulture, $"<details><summary>{Escape(listing.Title)}</summary><pre>{string.Join('\n', listing.Lines.Select(Escape))}</pre></details>\n");
                    break;
            }
        }
        return text.Append("</body>\n</html>\n").ToString();
    }

    private static void Write(StringBuilder text, ReportBlock.Table table)
    {
        text.Append("<table>\n");
        Row(text, "th", table.Head);
        foreach (var row in table.Rows) Row(text, "td", row);
        text.Append("</table>\n");
    }

    private static void Row(StringBuilder text, string cell, IEnumerable<string> values) =>
        text.Append(CultureInfo.InvariantCulture, $"<tr>{string.Concat(values.Select(v => $"<{cell}>{Escape(v)}</{cell}>"))}</tr>\n");

    private static string Escape(string text) => WebUtility.HtmlEncode(ReportText.Clean(text));
}
