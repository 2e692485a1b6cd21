using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Engine.Reports;

namespace Godwit.Engine.Tests.Reports;

/// <summary>Names, titles and evidence are anybody's: none of them becomes markup, in any kind of report.</summary>
public sealed partial class HostileReportTests
{
    private const string Hostile = "</td></table><script>alert(1)</script>|`\\u202e\\u0007 & \\n# head";

    [Theory]
    [InlineData(ReportKind.Full)]
    [InlineData(ReportKind.Auditors)]
    [InlineData(ReportKind.Stakeholders)]
    [InlineData(ReportKind.PostMortem)]
    public void No_text_of_anybodys_leaves_its_place(ReportKind kind)
    {
        var run = Run();
        var page = ReportHtml.Write(run.Report(kind));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Tags("table"), Tags("/table"));
        Assert.Equal(Tags("td"), Tags("/td"));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(Loads(), page);
        var markdown = ReportMarkdown.Write(run.Report(kind));
        Assert.DoesNotContain(markdown, c => c is '\u202e' or '\u0007');
        Assert.DoesNotContain(page, c => c is '\u202e' or '\u0007');
        Assert.DoesNotContain("\n# head", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", markdown.Replace("\\<", "", StringComparison.Ordinal), StringComparison.Ordinal);

        int Tags(string name) => Regex.Count(page, $"<{name}[ >]", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void What_stands_at_the_foot_of_pages_cannot_leave_the_style() =>
        Assert.Contains("content:\"astylecontent\"", ReportHtml.Write(new Report("t", []) { Foot = "a\"}</style>{content:\\" }).Replace("/", "", StringComparison.Ordinal), StringComparison.Ordinal);

    private static ReportedRun Run()
    {
        var text = JsonNode.Parse($"\"{Hostile}\"")!.GetValue<string>();
        var run = new ReportedRun
        {
            PersonalData = new JsonObject { ["activity"] = text, ["tables"] = new JsonObject { [text] = new JsonObject { [text] = new JsonObject { ["category"] = "other", ["purpose"] = text } } } },
        };
        run.Catalog.Add("column\tpublic.x\temail<b>\ttext");
        return run.Step("a", "sql", "{}", text).Note("run-began", With("""{"runbook":"HOSTILE","HOSTILE":"x"}""")).Phased("phase-began").Note("step-applied", With("""{"step":"a","evidence":{"HOSTILE":"HOSTILE"}}"""))
            .Note("step-failed", With("""{"step":"a","reason":"HOSTILE"}""")).Gate("g", "backup", "Fail", With("""{"backup":"HOSTILE","HOSTILE":["HOSTILE"]}""")).Note("rollback-decided", With("""{"row":"HOSTILE"}"""));

        static string With(string json) => json.Replace("HOSTILE", Hostile, StringComparison.Ordinal);
    }

    /// <summary>What would fetch something.</summary>
    [GeneratedRegex("<(img|link|iframe|object|embed|video|audio|source|form)[ >]|src=|url\\(|@import", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Loads();
}
