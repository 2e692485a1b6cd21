using System.Collections.Concurrent;
using System.Globalization;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
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

    [Fact]
    public async Task A_request_that_a_tripwire_cut_off_is_outwaited_before_its_opposite_is_sent()
    {
        var applied = new ConcurrentQueue<string>();
        await using var service = new HangingService(TimeSpan.FromSeconds(2), applied);
        using var script = (await KindScript.NewAsync(servers)).Phases($$$$"""
              expand:
                steps:
                  - {id: flip, http: {url: '{{{{service.Url}}}}/flip', request_timeout: 3s, undo: {url: '{{{{service.Url}}}}/flip', method: DELETE, request_timeout: 10s}}}
            tripwires:
              - {id: errors, sql: SELECT value FROM figures, above: 5, every: 100ms, baseline: 300ms, no_data: 10s, action: rollback, stop_within: 100ms, phases: [expand, rollback]}
            """);
        await script.Database.ExecuteAsync("CREATE TABLE public.figures (value numeric); INSERT INTO public.figures VALUES (1)");
        var run = script.RunAsync();
        while (!run.IsCompleted && service.Asked == 0) await Task.Delay(20, Token);
        await script.Database.ExecuteAsync("UPDATE public.figures SET value = 6");
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await run);
        Assert.Equal(["POST", "DELETE"], applied);
        Assert.Contains(script.Observer.Notes, n => n.StartsWith("waits until", StringComparison.Ordinal) && n.EndsWith("for the request that may still arrive (step flip)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_without_an_answer_is_outwaited_by_whoever_goes_back_later()
    {
        var applied = new ConcurrentQueue<string>();
        await using var service = new HangingService(TimeSpan.FromSeconds(2), applied);
        using var script = (await KindScript.NewAsync(servers)).Phases($$$$"""
              expand:
                deadline: 1s
                steps:
                  - {id: flip, http: {url: '{{{{service.Url}}}}/flip', request_timeout: 3s, undo: {url: '{{{{service.Url}}}}/flip', method: DELETE, request_timeout: 10s}}}
            """);
        Assert.Contains("the deadline of expand", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason, StringComparison.Ordinal);
        Assert.Empty(applied);
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.Equal(["POST", "DELETE"], applied);
    }

    [Fact]
    public async Task A_command_that_was_cut_off_has_ended_and_is_not_waited_for()
    {
        using var script = (await KindScript.NewAsync(servers)).Phases("""
              expand:
                deadline: 1s
                steps:
                  - {id: long, timeout: 1h, command: {run: [/bin/sh, -c, 'sleep 50; echo late >> said'], undo: {run: [/bin/sh, -c, 'echo undone >> said']}}}
            """);
        Assert.Contains("the deadline of expand", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason, StringComparison.Ordinal);
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.DoesNotContain(script.Observer.Notes, n => n.StartsWith("waits", StringComparison.Ordinal));
        Assert.Equal("undone\n", script.Read("said"));
    }

    [Fact]
    public async Task A_request_that_reached_nobody_is_not_waited_for()
    {
        string url;
        await using (var gone = new LoopbackService(_ => null)) url = gone.Url;
        using var script = (await KindScript.NewAsync(servers)).Steps($$$$"""
            - {id: flip, http: {url: '{{{{url}}}}/flip', retries: 0, request_timeout: 60s, undo: {url: '{{{{url}}}}/flip', method: DELETE}}}
            """);
        Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal(0, await script.Database.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE effect IS NOT NULL"));
    }

    [Fact]
    public async Task A_step_that_is_done_again_after_it_was_taken_back_carries_another_key_and_a_receiver_of_keys_does_it_again()
    {
        // Does each key once, as payment services do; and loses its first answer to each.
        var (seen, state) = (new Dictionary<string, string>(StringComparer.Ordinal), "blue");
        await using var service = new LoopbackService(r =>
        {
            if (!seen.TryAdd(r.Headers["Idempotency-Key"], r.Method)) return new LoopbackAnswer(200);
            state = r.Method == "DELETE" ? "blue" : "green";
            return null;
        });
        using var script = (await KindScript.NewAsync(servers)).Phases($$$$"""
              expand:
                steps:
                  - wait: 0s
              switch:
                steps:
                  - {id: flip, http: {url: '{{{{service.Url}}}}/flip', retries: 3, request_timeout: 1s, undo: {url: '{{{{service.Url}}}}/flip', method: DELETE, retries: 3, request_timeout: 1s}}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        var run = (await script.RunRowAsync()).Id.ToString("N");
        Assert.Equal("green", state);
        await script.Database.ExecuteAsync("UPDATE godwit.runs SET state = 'Complete'");
        for (var round = 0; round < 2; round++)
        {
            Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync(Phase.Expand));
            Assert.Equal("blue", state);
            Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
            Assert.Equal("green", state);
        }
        Assert.Equal(
            [$"{run}-flip-apply", $"{run}-flip-undo", $"{run}-flip-apply-2", $"{run}-flip-undo-2", $"{run}-flip-apply-3"],
            service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct());
    }

    private static async Task PausedAsync(KindScript script)
    {
        await script.RunUntilAsync(() => Task.FromResult(true));
        await script.Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE godwit.runs SET state = 'Paused' WHERE state <> 'Paused'"));
    }
}
