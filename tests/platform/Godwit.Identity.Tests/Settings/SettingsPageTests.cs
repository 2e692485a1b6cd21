using System.Text.RegularExpressions;
using Godwit.Identity.Settings;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Settings;

public sealed partial class SettingsPageTests
{
    [Fact]
    public async Task The_page_names_every_variable_with_its_default_and_no_other()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(RepositoryFolder.Path, "docs", "identity-operating.md"), TestContext.Current.CancellationToken);
        var rows = page.SkipWhile(l => l != "## Variables").Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)).Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')).ToList();
        var named = rows.SelectMany(r => Variable().Matches(r[1]).Select(m => (Name: m.Groups["name"].Value, Default: r[2]))).ToList();
        Assert.Equal(IdentitySettings.All.Select(s => s.Name).Order(StringComparer.Ordinal), named.Select(n => n.Name).Order(StringComparer.Ordinal));
        Assert.All(IdentitySettings.All.Where(s => s.Default is not null), s => Assert.Equal((s.Name, $"`{s.Default}`"), (s.Name, named.Single(n => n.Name == s.Name).Default.Trim())));
    }

    [GeneratedRegex("`(?<name>[A-Z_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
