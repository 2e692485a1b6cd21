using System.Globalization;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A runner that is killed or stopped while a command of its runs: the command ends with it, or in its time.</summary>
public sealed class KilledCommandTests(PostgresServers servers)
{
    private const int Stop = 19, Continue = 18;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_and_all_it_started_end_with_a_killed_runner_and_the_next_one_need_not_wait()
    {
        using var folder = await CommandAsync("1h", "/bin/sleep 300 & echo $! > child; test -e child2 || /bin/sleep 300 & echo $! > child2; test -e again || { touch again; wait; }");
        using var runner = folder.Start("run");
        var children = await ChildrenAsync(folder);
        runner.Kill();
        foreach (var child in children) await GoneAsync(child);
        Assert.DoesNotContain("waits until", (await folder.RunAsync("resume")).MustBe(0).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_of_a_stopped_runner_ends_in_its_time_and_who_takes_over_waits_for_that()
    {
        using var folder = await CommandAsync("1s", "echo begun >> log; echo $$ > child; echo $$ > child2; test -e again || { touch again; exec /bin/sleep 300; }; echo done >> log");
        using var runner = folder.Start("run");
        var child = (await ChildrenAsync(folder))[0];
        ProcessTree.Signal(runner.Id, Stop);
        try
        {
            var resumed = (await folder.RunAsync("resume")).MustBe(0);
            Assert.Contains("waits until", resumed.Error, StringComparison.Ordinal);
            Assert.Equal(["begun", "begun", "done"], await File.ReadAllLinesAsync(folder.In("log"), Token));
            await GoneAsync(child);
        }
        finally
        {
            ProcessTree.Signal(runner.Id, Continue);
        }
        (await runner.WaitAsync()).MustBe(4);
    }

    private async Task<RunbookFolder> CommandAsync(string timeout, string script)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        await File.WriteAllTextAsync(folder.In("do.sh"), script + "\n", Token);
        return folder.Runbook($$"""
              switch:
                steps:
                  - id: outside
                    irreversible: nothing is undone here
                    timeout: {{timeout}}
                    command: {run: [/bin/sh, do.sh], environment: {PATH: "/usr/bin:/bin"} }
            """);
    }

    private static async Task<int[]> ChildrenAsync(RunbookFolder folder)
    {
        while (!File.Exists(folder.In("child2")) || new FileInfo(folder.In("child2")).Length == 0) await Task.Delay(20, Token);
        return [.. await Task.WhenAll(new[] { "child", "child2" }.Select(async f => int.Parse(await File.ReadAllTextAsync(folder.In(f), Token), CultureInfo.InvariantCulture)))];
    }

    private static async Task GoneAsync(int process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (Directory.Exists($"/proc/{process}") && !(await File.ReadAllTextAsync($"/proc/{process}/stat", limit.Token)).Contains(") Z", StringComparison.Ordinal)) await Task.Delay(50, limit.Token);
    }
}
