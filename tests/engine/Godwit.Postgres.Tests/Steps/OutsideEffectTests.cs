using System.Globalization;
using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>What happens outside the target, and a runner that takes over while it may still go on.</summary>
public sealed class OutsideEffectTests(PostgresServers servers)
{
    private const string Waiting = """
        - irreversible: nothing happens
          timeout: 20s
          command: {run: [/bin/sh, -c, 'echo "$GODWIT_EPOCH" > epoch; while ! test -e go; do /bin/sleep 0.05; done']}
        - wait: 0s
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_a_command_begins_its_row_says_when_it_is_over_at_the_latest_and_afterwards_nothing()
    {
        using var script = (await KindScript.NewAsync(servers)).Steps(Waiting);
        var run = script.RunAsync();
        while (!run.IsCompleted && (!File.Exists(Path.Combine(script.Folder, "epoch")) || script.Read("epoch").Length == 0)) await Task.Delay(20, Token);
        Assert.Equal(
            $"command {script.Read("epoch").Trim()} true",
            await script.Database.ScalarAsync<string>("SELECT effect || ' ' || effect_epoch || ' ' || (effect_until - now() BETWEEN '20 s' AND '40 s') FROM godwit.steps WHERE effect IS NOT NULL"));
        Assert.Equal(script.Read("epoch").Trim(), await script.Database.ScalarAsync<string>("SELECT epoch::text FROM godwit.leases"));
        script.Write("go", "");
        Assert.IsType<RunbookOutcome.Reached>(await run);
        Assert.Equal(0, await script.Database.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE num_nonnulls(effect, effect_until, effect_epoch, effect_by) > 0"));
    }

    [Fact]
    public async Task A_request_carries_key_and_epoch()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps($$"""
            - {id: first, irreversible: sent, http: {{service.Url}}/a}
            - {id: second, irreversible: sent, http: {{service.Url}}/b}
            """).RunAsync());
        Assert.Equal(2, service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count());
        Assert.True(Guid.TryParse(Assert.Single(service.Requests.Select(r => r.Headers["Godwit-Epoch"]).Distinct()), out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_takes_over_waits_for_what_the_runner_before_may_still_be_doing(bool back)
    {
        using var script = (await KindScript.NewAsync(servers)).Steps(Waiting).Write("go", "");
        await PausedAsync(script);
        await script.Database.ExecuteAsync("UPDATE godwit.steps SET effect = 'command', effect_epoch = gen_random_uuid(), effect_until = clock_timestamp() + '2 s' WHERE ordinal = 1");
        Assert.IsType<RunbookOutcome.Reached>(back ? await script.RollBackAsync() : await script.GoOnAsync());
        Assert.Matches(@"^waits until \d\d:\d\d:\d\dZ for the command of the runner before", Assert.Single(script.Observer.Notes, n => !n.StartsWith("checked:", StringComparison.Ordinal)));
        Assert.True(await script.Database.ScalarAsync<bool>("SELECT max(at) - min(at) > '1.9 s' FROM godwit.journal WHERE sequence > (SELECT max(sequence) FROM godwit.journal WHERE kind = 'run-resumed') - 1"));
    }

    [Fact]
    public async Task A_pause_is_heard_while_waiting_and_the_next_runner_waits_on()
    {
        using var script = (await KindScript.NewAsync(servers)).Steps(Waiting).Write("go", "");
        await PausedAsync(script);
        await script.Database.ExecuteAsync("UPDATE godwit.steps SET effect = 'command', effect_epoch = gen_random_uuid(), effect_until = clock_timestamp() + '1 h' WHERE ordinal = 1");
        Assert.Contains("waits until", Assert.IsType<RunbookOutcome.Paused>(await script.GoOnUntilAsync(() => Task.FromResult(script.Observer.Notes.Count > 0))).Reason, StringComparison.Ordinal);
        Assert.Equal(1, await script.Database.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE effect_until > now()"));
    }

    [Fact]
    public async Task A_runner_that_let_go_is_not_waited_for()
    {
        using var script = (await KindScript.NewAsync(servers)).Steps("""
            - irreversible: nothing happens
              timeout: 1h
              command: {run: [/bin/sh, -c, 'test -e go']}
            """);
        Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        script.Write("go", "");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Empty(script.Observer.Notes);
    }

    [Fact]
    public async Task A_command_that_waits_for_all_its_children_does_not_wait_for_its_watchers()
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps("""
            - irreversible: nothing happens
              timeout: 30s
              command: {run: [/usr/bin/perl, -e, 'if (fork() == 0) { exit 0 } 1 while wait() != -1; open(F, ">", "children"); print F "none left\n"']}
            """).RunAsync());
        Assert.Equal("none left\n", script.Read("children"));
    }

    private static async Task PausedAsync(KindScript script)
    {
        await script.RunUntilAsync(() => Task.FromResult(true));
        await script.Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE godwit.runs SET state = 'Paused' WHERE state <> 'Paused'"));
    }
}
