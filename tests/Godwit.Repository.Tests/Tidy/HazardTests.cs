using System.Diagnostics;
using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Tidy;

/// <summary>The page about what a move could lose is made of the tests: each hazard has one that fails where its rule is taken out.</summary>
public sealed class HazardTests
{
    [Fact]
    public async Task The_page_is_as_its_script_writes_it_and_no_hazard_is_without_a_test()
    {
        var start = new ProcessStartInfo(Path.Combine(SourceTree.Root, "scripts", "hazards.sh")) { RedirectStandardOutput = true, UseShellExecute = false };
        using var script = Process.Start(start)!;
        var written = await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, script.ExitCode);
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "hazards.md"), TestContext.Current.CancellationToken);
        Assert.True(written == page, "docs/hazards.md is not what the tests' traits say: write it anew by scripts/hazards.sh > docs/hazards.md");
        Assert.DoesNotContain("**no test yet**", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_hazard_stands_once_in_order()
    {
        var rows = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "hazards.tsv")).Select(l => l.Split('\t')).ToList();
        Assert.Equal(Enumerable.Range(1, 24).Select(n => $"{n}"), rows.Select(r => r[0]));
        Assert.All(rows, r => Assert.True(r.Length == 3 && r[1].Length > 0 && r[2].Length > 0, string.Join('\t', r)));
    }
}
