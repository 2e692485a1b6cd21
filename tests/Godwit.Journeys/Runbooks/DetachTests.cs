using System.Diagnostics;
using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Runs that are left to a process of their own, with the built program.</summary>
public sealed class DetachTests(PostgresServers servers)
{
    private const string Slow = """
          expand:
            steps:
              - sql: table.sql
              - wait: {for: 1h, every: 100ms}
        """;

    [Fact]
    public async Task A_detached_runner_holds_the_run_in_a_session_of_its_own_and_outlives_whoever_started_it()
    {
        using var folder = await FolderAsync();
        using var parent = folder.Start("run", "--detach", "--json");
        var started = JsonDocument.Parse((await parent.WaitAsync()).MustBe(0).Output).RootElement;
        Assert.Equal("detached", started.GetProperty("outcome").GetString());
        var process = started.GetProperty("process").GetInt32();
        var log = started.GetProperty("log").GetString()!;
        try
        {
            var status = await folder.JsonAsync(0, "status");
            Assert.Equal(started.GetProperty("run").GetString(), status.GetProperty("run").GetString());
            Assert.True(status.GetProperty("runner").GetProperty("alive").GetBoolean());
            // Fields after the command's name: state, parent, group, session, terminal (proc(5)).
            var stat = (await File.ReadAllTextAsync($"/proc/{process}/stat", TestContext.Current.CancellationToken)).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal([process.ToString(System.Globalization.CultureInfo.InvariantCulture), process.ToString(System.Globalization.CultureInfo.InvariantCulture), "0"], stat[2..5]);
            Assert.Equal("/dev/null", new FileInfo($"/proc/{process}/fd/0").LinkTarget);
            Assert.Equal(log, new FileInfo($"/proc/{process}/fd/1").LinkTarget);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log));

            using var watcher = folder.Start("status", "--watch", "--json");
            (await folder.RunAsync("pause")).MustBe(0);
            (await watcher.WaitAsync()).MustBe(5);
            Assert.Contains("Paused: asked to pause", (await EndAsync(process, log)).Replace("step wait: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
        finally
        {
            End(process);
        }
        // Back, by a process of its own too.
        using var back = folder.Start("rollback", "--detach", "--log", folder.In("back.log"));
        Assert.Contains("At work:", (await back.WaitAsync()).MustBe(0).Output, StringComparison.Ordinal);
        using var watched = folder.Start("status", "--watch");
        (await watched.WaitAsync()).MustBe(6);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task What_keeps_a_detached_runner_from_a_run_is_said_with_its_exit_code()
    {
        using var folder = await FolderAsync();
        folder.Runbook(Slow.Replace("table.sql", "missing.sql", StringComparison.Ordinal));
        Assert.Contains("missing.sql", (await folder.RunAsync("run", "--detach")).MustBe(1).Output, StringComparison.Ordinal);
        var refused = await folder.JsonAsync(1, "run", "--detach");
        Assert.Equal("refused", refused.GetProperty("outcome").GetString());
        Assert.NotEqual(0, refused.GetProperty("findings").GetArrayLength());
        folder.Runbook(Slow);
        folder.Environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing";
        (await folder.RunAsync("run", "--detach")).MustBe(1);
    }

    private static async Task<string> EndAsync(int process, string log)
    {
        for (var i = 0; i < 200 && Directory.Exists($"/proc/{process}"); i++)
        {
            // Nobody waits for it here: ended, it may stay in the table of processes until its parent does.
            if ((await File.ReadAllTextAsync($"/proc/{process}/stat")).Contains(") Z ", StringComparison.Ordinal)) break;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        return await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
    }

    private static void End(int process)
    {
        try
        {
            Process.GetProcessById(process).Kill();
        }
        catch (ArgumentException)
        {
            // Ended by itself.
        }
    }

    private async Task<RunbookFolder> FolderAsync() => (await RunbookFolder.PrepareAsync(servers)).Runbook(Slow).Sql("table.sql", "CREATE TABLE things (id int)", "DROP TABLE things");
}
