using System.Diagnostics;
using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Tidy;

/// <summary>The page about ASVS is made of the tests: what it says is shown is shown, today.</summary>
public sealed class AsvsTests
{
    [Fact]
    public async Task The_page_is_as_its_script_writes_it()
    {
        var start = new ProcessStartInfo(Path.Combine(SourceTree.Root, "scripts", "asvs.sh")) { RedirectStandardOutput = true, UseShellExecute = false };
        using var script = Process.Start(start)!;
        var written = await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, script.ExitCode);
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "asvs.md"), TestContext.Current.CancellationToken);
        Assert.True(written == page, "docs/asvs.md is not what the tests' traits say: write it anew by scripts/asvs.sh > docs/asvs.md");
    }

    [Fact]
    public void Every_requirement_stands_once_with_its_level_in_order()
    {
        var rows = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "asvs.tsv")).Select(l => l.Split('\t')).ToList();
        Assert.All(rows, r => Assert.Equal(4, r.Length));
        Assert.All(rows, r => Assert.True(r[1] is "1" or "2" && Version.TryParse(r[0], out _) && r[2].Length > 0, string.Join('\t', r)));
        Assert.Equal(rows.Select(r => r[0]).Distinct(StringComparer.Ordinal).OrderBy(Version.Parse), rows.Select(r => r[0]));
        // Of the standard's 253 those but for the seven about WebRTC.
        Assert.Equal(246, rows.Count);
    }
}
