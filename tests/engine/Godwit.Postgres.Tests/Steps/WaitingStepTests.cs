using System.Diagnostics;
using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>smoke, wait and observe: steps that ask and wait, and go on where they were.</summary>
public sealed class WaitingStepTests(PostgresServers servers)
{
    [Fact]
    public async Task Smoke_asks_until_everything_holds_at_once()
    {
        var asked = 0;
        await using var service = new LoopbackService(_ => new LoopbackAnswer(++asked < 3 ? 500 : 200, """{"status":"up","p95":120}"""));
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps($$$$"""
            - smoke:
                every: 50ms
                within: 20s
                checks:
                  - sql: {query: SELECT 41 + 1, at_least: 42, at_most: 42}
                  - name: page
                    http: {url: '{{{{service.Url}}}}/', json: [{at: /status, expect: up}, {at: /p95, at_most: 200}]}
                  - {name: later, warns: true, sql: {query: SELECT false}}
            """).RunAsync());
        Assert.Equal(3, service.Requests.Count);
        Assert.Contains("warning: did not answer", await script.RecordAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(service.Requests, r => r.Headers.ContainsKey("Idempotency-Key"));
    }

    [Fact]
    public async Task Smoke_fails_at_its_deadline_and_a_question_may_not_write()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync("CREATE TABLE public.things (name text); INSERT INTO public.things VALUES ('lovelace')");
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps("""
            - smoke:
                every: 50ms
                within: 200ms
                checks:
                  - {name: writes, sql: "INSERT INTO things VALUES ('x') RETURNING true"}
                  - {name: other, sql: {query: SELECT name FROM things, expect: x}}
                  - {name: missing, sql: SELECT true FROM nowhere}
                  - {name: casts, sql: "SELECT name::int = 1 FROM things"}
            """).RunAsync());
        Assert.Equal(["GW1773", "GW1773", "GW1773", "GW1773"], paused.Findings.Select(f => f.Code.Id));
        Assert.Equal(1, await script.Database.ScalarAsync<long>("SELECT count(*) FROM public.things"));
        var record = await script.RecordAsync();
        Assert.Contains("25006", record, StringComparison.Ordinal);
        Assert.Contains("nowhere", record, StringComparison.Ordinal);
        Assert.DoesNotContain("lovelace", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_goes_on_where_it_was_by_the_clock_of_the_target()
    {
        using var script = await KindScript.NewAsync(servers);
        var clock = Stopwatch.StartNew();
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps("- {id: rest, wait: 5s}").RunUntilAsync(() => BegunAsync(script, "rest")));
        Assert.Contains("asked to pause", paused.Reason, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        // As if it had been stopped for an hour.
        await script.Database.ExecuteAsync("UPDATE godwit.steps SET progress = jsonb_set(progress::jsonb, '{began}', to_jsonb(now() - interval '1 hour'))::text");
        clock.Restart();
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_pause_that_is_asked_for_elsewhere_reaches_a_step_that_waits()
    {
        using var script = await KindScript.NewAsync(servers);
        var run = script.Steps("- {id: rest, wait: 1h}").RunAsync();
        while (!await BegunAsync(script, "rest")) await Task.Delay(20, TestContext.Current.CancellationToken);
        await script.Database.ExecuteAsync("UPDATE godwit.runs SET asked = 'Pause'");
        Assert.Contains("asked to pause", Assert.IsType<RunbookOutcome.Paused>(await run).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_ends_when_its_condition_holds_and_says_what_it_waited_for_in_vain()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync("CREATE TABLE public.flags (up boolean)");
        script.Steps("- {id: flag, wait: {until: {name: flag, sql: SELECT up FROM flags}, within: 300ms, every: 50ms}}");
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal("GW1775", Assert.Single(paused.Findings).Code.Id);
        await script.Database.ExecuteAsync("INSERT INTO public.flags VALUES (true)");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Contains(script.Steps("- wait: {within: 1s}").Check(), f => f.Code.Id == "GW1770");
    }

    [Fact]
    public async Task Observation_looks_at_its_times_and_between_them()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps($$$$"""
            - observe:
                every: 100ms
                sample: [{name: page, http: '{{{{service.Url}}}}/sample'}]
                at:
                  - 200ms
                  - {after: 500ms, checks: [{name: late, http: '{{{{service.Url}}}}/late'}, {sql: SELECT true}]}
            """).RunAsync());
        Assert.Single(service.Requests, r => r.Path == "/late");
        Assert.InRange(service.Requests.Count(r => r.Path == "/sample"), 3, 8);
    }

    [Fact]
    public async Task The_first_check_that_fails_halts_an_observation_and_resuming_looks_again()
    {
        var status = 200;
        await using var service = new LoopbackService(r => new LoopbackAnswer(r.Path == "/page" ? status : 200));
        using var script = await KindScript.NewAsync(servers);
        script.Steps($$$$"""
            - observe:
                at:
                  - {after: 0s, checks: [{name: first, http: '{{{{service.Url}}}}/first'}]}
                  - {after: 100ms, checks: [{name: page, http: {url: '{{{{service.Url}}}}/page', retries: 0}}]}
            """);
        status = 500;
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains("page does not hold at 100ms: answered 500", paused.Reason, StringComparison.Ordinal);
        status = 200;
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Single(service.Requests, r => r.Path == "/first");
    }

    [Fact]
    public async Task A_warning_stops_once_and_goes_on_after_somebody_has_looked()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps("""
            - observe:
                every: 50ms
                sample: [{name: slow, warns: true, sql: SELECT false}]
                at: [300ms]
            """);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains("warning", paused.Reason, StringComparison.Ordinal);
        Assert.Contains("slow", paused.Reason, StringComparison.Ordinal);
        Assert.Empty(paused.Findings);
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
    }

    [Fact]
    public async Task A_check_without_an_answer_neither_passes_nor_fails()
    {
        using var script = await KindScript.NewAsync(servers);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps("""
            - observe:
                patience: 1s
                at: [{after: 0s, checks: [{name: gone, http: {url: 'http://127.0.0.1:9/', retries: 0}}]}]
            """).RunAsync());
        Assert.Contains("there was no answer", paused.Reason, StringComparison.Ordinal);
        Assert.Empty(paused.Findings);
        Assert.Contains(script.Steps("- observe: {at: [5m, 1m]}").Check(), f => f.Message.Contains("do not rise", StringComparison.Ordinal));
        Assert.Contains(script.Steps("- observe: {at: [5m]}").Check(), f => f.Message.Contains("without a check", StringComparison.Ordinal));
    }

    private static async Task<bool> BegunAsync(KindScript script, string step) =>
        await script.Database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'godwit' AND tablename = 'steps'") == 1
        && await script.Database.ScalarAsync<long>($"SELECT count(*) FROM godwit.steps WHERE id = '{step}' AND progress IS NOT NULL") == 1;
}
