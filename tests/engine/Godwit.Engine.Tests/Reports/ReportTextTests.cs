using Godwit.Engine.Reports;

namespace Godwit.Engine.Tests.Reports;

public sealed class ReportTextTests
{
    private static readonly Report s_hostile = new("<title> & *more*", [
        new ReportBlock.Table(["a|b"], [["x|y\n| z <script>alert('1')</script>"]]),
        new ReportBlock.Listing("</details>", ["```", "<img src=x onerror=alert(1)>", "````", "a\u0000b\u2028c"]),
    ]);

    [Fact]
    public void Markdown_keeps_a_value_in_its_cell_and_a_listing_in_its_fence()
    {
        var lines = ReportMarkdown.Write(s_hostile).Split('\n');
        Assert.Equal(@"# \<title\> \& \*more\*", lines[0]);
        Assert.Contains(@"| x\|y \| z \<script\>alert\('1'\)\</script\> |", lines);
        Assert.Equal(2, lines.Count(l => l == "`````"));
        Assert.DoesNotContain(lines, l => l.Any(char.IsControl));
    }

    [Fact]
    public void HTML_holds_no_element_that_a_value_brought()
    {
        var page = ReportHtml.Write(s_hostile);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("</details>").Length - 1);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_has_its_contents_repeats_heads_of_tables_and_breaks_hashes_only()
    {
        var hash = new string('a', 64);
        var page = ReportHtml.Write(new Report("r", [
            new ReportBlock.Paragraph("first, with `a <b> command`"), .. Enumerable.Range(1, 7).Select(i => new ReportBlock.Heading($"Part {i}")),
            new ReportBlock.Table(["name", "rows"], [["n", "1,234"], [hash, ""]]), new ReportBlock.Matrix(["a"], [[["one", "two"]], [[]]]), new ReportBlock.Blank("why?"), new ReportBlock.Listing("short", ["x"]) { IsOpen = true },
        ]) { IsWide = true, Foot = "run 1" });
        Assert.Contains("<code>a &lt;b&gt; command</code>", page, StringComparison.Ordinal);
        Assert.Contains("<li><a href=\"#s7\">Part 7</a></li>", page, StringComparison.Ordinal);
        Assert.Contains("<h2 id=\"s7\">Part 7</h2>", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("first", StringComparison.Ordinal) < page.IndexOf("<nav>", StringComparison.Ordinal));
        Assert.Contains("<thead><tr><th>name</th><th class=\"n\">rows</th></tr></thead>", page, StringComparison.Ordinal);
        Assert.Contains($"<td class=\"h\">{hash}</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td><ul><li>one</li><li>two</li></ul></td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>-</td>", page, StringComparison.Ordinal);
        Assert.Contains("<details open>", page, StringComparison.Ordinal);
        Assert.Contains("@page{size:A4 landscape;", page, StringComparison.Ordinal);
        Assert.Contains("thead{display:table-header-group}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_marks_places_for_people_and_keeps_lists_in_their_cells()
    {
        var text = ReportMarkdown.Write(new Report("r", [new ReportBlock.Blank("why?"), new ReportBlock.Matrix(["a", "b"], [[["one|", "two"], []]]), new ReportBlock.Items(["x"]), new ReportBlock.Heading("below", 2)]));
        Assert.Contains("> **To be filled in by people:** why?", text, StringComparison.Ordinal);
        Assert.Contains(@"| one\|<br>two | - |", text, StringComparison.Ordinal);
        Assert.Contains("\n- x\n", text, StringComparison.Ordinal);
        Assert.Contains("\n### below\n", text, StringComparison.Ordinal);
    }
}
