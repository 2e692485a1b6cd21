using System.Text.RegularExpressions;
using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Tidy;

/// <summary>docs/traceability.md (O12) has a row for each heading of the guides, and names tests that are there.</summary>
public sealed partial class TraceabilityTests
{
    private const string Page = "docs/traceability.md";

    [Theory]
    [InlineData("001")]
    [InlineData("002")]
    public void Every_heading_and_box_of_a_guide_is_counted(string seed)
    {
        var guide = ReadGuide(seed);
        var fenced = false;
        var headings = 0;
        foreach (var line in guide.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) fenced = !fenced;
            else if (!fenced && Heading().IsMatch(line)) headings++;
        }
        Assert.Equal(Enumerable.Range(1, headings), [.. Rows(seed).Select(r => int.Parse(r.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))]);
        var section = SourceTree.Read(Page)[SourceTree.Read(Page).IndexOf($"## {seed}", StringComparison.Ordinal)..];
        Assert.Equal(Box().Count(guide), int.Parse(Boxes().Match(section).Groups["count"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Every_test_that_is_named_is_there_and_a_row_without_one_says_why()
    {
        var tests = SourceTree.Files.Where(f => f.StartsWith("tests/", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        var rows = Rows("00[0-9]");
        Assert.InRange(rows.Count, 90, 300);
        Offenders.AssertNone(rows.SelectMany(r => TestName().Matches(r.Value)).Select(m => m.Groups["name"].Value).Where(n => !tests.Contains(n)).Select(n => $"there is no test {n}"));
        // Headings above others, titles and words; all else is shown by something, or says that it is not there.
        Offenders.AssertNone(rows.Where(r => !TestName().IsMatch(r.Value) && !Above().IsMatch(r.Value) && !r.Value.Contains("not yet", StringComparison.Ordinal)).Select(r => $"nothing shows it: {r.Value}"));
    }

    private static List<Match> Rows(string seed) => Regex.Matches(SourceTree.Read(Page), $@"^\| {seed}\.(?<number>[0-9]{{2}}) \|.*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).ToList();

    private static string ReadGuide(string seed)
    {
        string? found = null;
        for (var folder = new DirectoryInfo(SourceTree.Root); folder is not null && found is null; folder = folder.Parent)
        {
            var seeds = Path.Combine(folder.FullName, "shared", "seeds");
            if (Directory.Exists(seeds)) found = Directory.GetFiles(seeds, seed + "*").SingleOrDefault();
        }
        Assert.SkipUnless(found is not null, $"../shared/seeds/{seed}* is not beside the repository");
        return File.ReadAllText(found).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^#+ ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\s*- \[ \] ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Box();

    [GeneratedRegex(@"^Boxes: (?<count>[0-9]+), ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Boxes();

    [GeneratedRegex("`(?<name>[A-Za-z]+Tests)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"the (rows|two|three|four) below|title|^\| [0-9.]+ \| (words|documents)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Above();
}
