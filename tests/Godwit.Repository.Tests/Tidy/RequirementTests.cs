using System.Text.RegularExpressions;
using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Tidy;

/// <summary>docs/requirements.md names tests that are there.</summary>
public sealed partial class RequirementTests
{
    [Fact]
    public void Every_test_that_shows_a_requirement_is_there()
    {
        var rows = SourceTree.Read("docs/requirements.md").Split('\n').Where(l => IdRow().IsMatch(l)).ToList();
        Assert.InRange(rows.Count, 20, 200);
        var tests = SourceTree.Files.Where(f => f.StartsWith("tests/", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        Offenders.AssertNone(rows.Where(r => !TestName().IsMatch(r)).Select(r => $"nothing shows it: {r}"));
        Offenders.AssertNone(rows.SelectMany(r => TestName().Matches(r)).Select(m => m.Groups["name"].Value).Where(n => !tests.Contains(n)).Select(n => $"there is no test {n}"));
    }

    [GeneratedRegex(@"^\| [A-Z]+[0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdRow();

    [GeneratedRegex("`(?<name>[A-Za-z]+Tests)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();
}
