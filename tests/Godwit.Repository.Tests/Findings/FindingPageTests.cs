using Godwit.Model.Findings;
using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Findings;

/// <summary>A code that a person meets has a page that says what to do, and no page outlives its code.</summary>
public sealed class FindingPageTests
{
    private const string Folder = "docs/findings/";

    public static TheoryData<string> Codes => [.. FindingCodes.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_code_has_a_page_with_its_title_meaning_and_remedy(string id)
    {
        var code = FindingCodes.All[id];
        Assert.True(SourceTree.Exists(Folder + id + ".md"), $"there is no {Folder}{id}.md");
        var page = SourceTree.Read(Folder + id + ".md");
        Assert.StartsWith($"# {id}: {code.Title}\n", page, StringComparison.Ordinal);
        Assert.NotEqual("", Section(page, "What it means"));
        Assert.NotEqual("", Section(page, "What to do"));
        Assert.Equal(code.Acceptable, Section(page, $"What `--accept {id}` does") != "");
    }

    [Fact]
    public void There_is_no_page_without_a_code() =>
        Offenders.AssertNone(SourceTree.Files.Where(f => f.StartsWith(Folder, StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f)).Except(["README"]).Except(FindingCodes.All.Keys));

    [Fact]
    public void The_list_of_findings_says_what_the_code_says()
    {
        var rows = SourceTree.Read(Folder + "README.md").Split('\n').Where(l => l.StartsWith("| [", StringComparison.Ordinal));
        var expected = FindingCodes.All.Values.OrderBy(c => c.Id, StringComparer.Ordinal).Select(c => $"| [{c.Id}]({c.Id}.md) | {c.Title} | {(c.Acceptable ? "yes" : "")} |");
        Assert.Equal(expected, rows);
    }

    [Fact]
    public void No_two_codes_share_an_id_or_a_title()
    {
        Assert.Equal(FindingCodes.All.Count, FindingCodes.All.Values.Select(c => c.Title).Distinct(StringComparer.Ordinal).Count());
        Assert.All(FindingCodes.All.Keys, id => Assert.Matches("^GW[12][0-9]{3}$", id));
    }

    private static string Section(string page, string heading)
    {
        var start = page.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        if (start < 0)
            return "";
        var text = page[(start + heading.Length + 5)..];
        var end = text.IndexOf("\n## ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim();
    }
}
