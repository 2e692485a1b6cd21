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
}
