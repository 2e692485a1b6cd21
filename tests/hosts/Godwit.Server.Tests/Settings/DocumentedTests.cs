using System.Diagnostics;
using Godwit.Server.Settings;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Settings;

/// <summary>What an operator reads is what the program does.</summary>
public sealed class DocumentedTests
{
    [Fact]
    public void Every_setting_is_in_the_page_with_its_default_and_its_range()
    {
        var rows = File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "serve.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(l => l[1].Trim('`'), StringComparer.Ordinal);
        foreach (var setting in ServerSettings.All)
        {
            Assert.True(rows.TryGetValue(setting.Name, out var row), $"docs/serve.md does not know {setting.Name}");
            Assert.Equal(setting.Required ? "required" : setting.Default ?? "", row[2].Trim('`'));
            if (setting.Allowed.Length > 0) Assert.Equal(setting.Allowed, row[3].Replace("`", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Systemd_takes_the_unit()
    {
        const string Program = "/usr/bin/systemd-analyze";
        if (!File.Exists(Program)) throw new SkipTestException("systemd is not installed");
        var folder = Directory.CreateTempSubdirectory("godwit-unit-").FullName;
        try
        {
            var unit = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "deploy", "godwit-server.service"), TestContext.Current.CancellationToken);
            Assert.Contains("ExecStart=/opt/godwit/godwit serve\n", unit, StringComparison.Ordinal);
            // The program is not installed here; everything else is as it is.
            await File.WriteAllTextAsync(Path.Combine(folder, "godwit-server.service"), unit.Replace("/opt/godwit/godwit", "/bin/true", StringComparison.Ordinal), TestContext.Current.CancellationToken);
            using var process = Process.Start(new ProcessStartInfo(Program, ["verify", "--man=no", Path.Combine(folder, "godwit-server.service")]) { RedirectStandardError = true, UseShellExecute = false })!;
            var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0 && !said.Contains("godwit-server.service", StringComparison.Ordinal), said);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
