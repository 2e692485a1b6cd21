using System.Diagnostics;
using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>A small run of <c>bench/live</c>: eight writers and eight readers in a process of their own, over all of it, and a process that replays what was acknowledged.</summary>
public sealed class LedgerTests(PostgresServers servers)
{
    private static readonly string s_program = Path.Combine(RepositoryFolder.Path, "bench", "Godwit.Bench", "bin", "Release", "net10.0", "godwit-bench");

    [Theory, InlineData("sqlite-postgres"), InlineData("postgres-postgres")]
    public async Task Every_acknowledged_write_is_there_once_after_switch_return_and_second_switch(string stores)
    {
        Assert.True(File.Exists(s_program), $"{s_program} is not there: dotnet build bench/Godwit.Bench -c Release");
        using var folder = new WorkFolder();
        var server = await servers.DefaultAsync();
        // Enough rows that a table is read in several parts, each in a transaction of its own.
        var start = new ProcessStartInfo(s_program, ["live", "--godwit", GodwitProgram.Path, "--folder", folder.Path, "--server", Path.GetDirectoryName(server.PassFile)!, "--rows", "12000", "--seconds", "2", "--rate", "160", "--pair", stores, "--json"])
        {
            WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["GODWIT_LEASE_SECONDS"] = "4";
        using var bench = Process.Start(start)!;
        var (output, error) = (bench.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), bench.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await bench.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bench.ExitCode == 0, await error + await output);
        var pair = JsonDocument.Parse(await output).RootElement.GetProperty("pairs")[0];
        Assert.Equal(stores, pair.GetProperty("pair").GetString());
        foreach (var nothing in (string[])["lost", "duplicated", "failed", "snapshots_wrong", "accounts_unbalanced"]) Assert.Equal((nothing, 0), (nothing, pair.GetProperty(nothing).GetInt64()));
        foreach (var something in (string[])["acknowledged", "reads", "retried", "snapshots", "write_pause_ms", "write_pause_p99_ms", "p99_ratio", "rollback_seconds"])
            Assert.True(pair.GetProperty(something).GetDouble() > 0, something);
    }
}
