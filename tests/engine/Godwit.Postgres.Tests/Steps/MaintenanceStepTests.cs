using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class MaintenanceStepTests(PostgresServers servers)
{
    [Fact]
    public async Task The_row_is_switched_and_given_back_as_it_was()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps("""
            - {id: begin, maintenance: {mode: on, message: Back at noon.}}
            - {id: again, maintenance: on}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.Equal("default/true/", await RowsAsync(script));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("default/false/", await RowsAsync(script));
    }

    [Fact]
    public async Task Undoing_the_second_step_gives_back_what_the_first_had_made()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps("""
            - {id: begin, maintenance: {mode: on, name: api, message: Back at noon.}}
            - {id: end, maintenance: {mode: off, name: api}}
            - {irreversible: never, command: {run: [/bin/false]}}
            """);
        Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal("api/false/", await RowsAsync(script));
    }

    [Fact]
    public async Task A_file_is_there_while_it_is_on_and_comes_back_with_its_content()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Write("down.flag", "somebody's own text");
        script.Steps("""
            - {id: end, maintenance: {mode: off, file: down.flag}}
            - {id: begin, maintenance: {mode: on, file: other.flag, message: Back at noon.}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.False(File.Exists(Path.Combine(script.Folder, "down.flag")));
        Assert.Equal("Back at noon.\n", script.Read("other.flag"));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("somebody's own text", script.Read("down.flag"));
        Assert.False(File.Exists(Path.Combine(script.Folder, "other.flag")));
    }

    [Fact]
    public async Task Statements_switch_and_the_query_tells_what_was_before()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync("CREATE TABLE public.settings (down boolean); INSERT INTO public.settings VALUES (true)");
        script.Steps("""
            - {id: begin, maintenance: {mode: on, sql: {on: UPDATE settings SET down = true, off: UPDATE settings SET down = false, read: SELECT down FROM settings}}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.True(await script.Database.ScalarAsync<bool>("SELECT down FROM public.settings"));
    }

    [Fact]
    public async Task A_switch_that_does_not_take_is_found()
    {
        await using var service = new LoopbackService(r => new LoopbackAnswer(r.Method == "GET" ? 404 : 200));
        using var script = await KindScript.NewAsync(servers);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps($$$$"""
            - maintenance: {mode: on, http: {on: '{{{{service.Url}}}}/on', off: '{{{{service.Url}}}}/off', read: '{{{{service.Url}}}}/state'}}
            """).RunAsync());
        Assert.Equal("GW1777", Assert.Single(paused.Findings).Code.Id);
        Assert.True(paused.VerificationFailed);
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("/off", service.Requests[^1].Path);
    }

    [Fact]
    public async Task A_file_is_told_of_each_time_even_when_it_was_there()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Write("down.flag", "as it was").Write("reload.sh", "#!/bin/sh\necho reloaded >> \"$1\"\n");
        script.Steps("""
            - maintenance: {mode: on, file: {path: down.flag, reload: {run: [/bin/sh, reload.sh, reloads]}}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.Equal("reloaded\n", script.Read("reloads"));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("reloaded\nreloaded\n", script.Read("reloads"));
        Assert.Equal("as it was", script.Read("down.flag"));
    }

    [Fact]
    public async Task Commands_switch_and_one_of_them_tells_what_was_before()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Write("mode.sh", """
            case "$1" in
              on) touch mode ;;
              off) rm -f mode ;;
              read) test -e mode ;;
            esac
            """);
        script.Steps("""
            - {id: begin, maintenance: {mode: on, command: {on: {run: [/bin/sh, mode.sh, on], environment: {PATH: /bin:/usr/bin}}, off: {run: [/bin/sh, mode.sh, off], environment: {PATH: /bin:/usr/bin}}, read: {run: [/bin/sh, mode.sh, read], environment: {PATH: /bin:/usr/bin}}}}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.True(File.Exists(Path.Combine(script.Folder, "mode")));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.False(File.Exists(Path.Combine(script.Folder, "mode")));
    }

    [Fact]
    public async Task The_mode_is_looked_at_from_outside_after_switching_and_after_switching_back()
    {
        var (down, keeps) = (false, true);
        await using var service = new LoopbackService(r =>
        {
            if (r.Method != "POST") return down ? new LoopbackAnswer(503, "", ("Retry-After", "120")) : new LoopbackAnswer(200);
            if (!keeps) down = r.Body.Contains("true", StringComparison.Ordinal);
            return new LoopbackAnswer(200);
        });
        using var script = await KindScript.NewAsync(servers);
        script.Variables["ADMIN_TOKEN"] = "token-of-the-test";
        script.Steps($$$$"""
            - maintenance:
                mode: on
                http:
                  on: {url: '{{{{service.Url}}}}/api/maintenance', body: '{"enabled": true}', headers: {Authorization: {env: ADMIN_TOKEN, before: 'Bearer '}}}
                  off: {url: '{{{{service.Url}}}}/api/maintenance', body: '{"enabled": false}', headers: {Authorization: {env: ADMIN_TOKEN, before: 'Bearer '}}}
                probe: {url: '{{{{service.Url}}}}/health', within: 0s}
            """);
        // Answered, and nothing behind it.
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal("GW1876", Assert.Single(paused.Findings).Code.Id);
        Assert.True(paused.VerificationFailed);
        keeps = false;
        down = true;
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        keeps = true;
        // The way back is looked at too: it does not end while people are still kept out.
        Assert.IsType<RunbookOutcome.Paused>(await script.RollBackAsync());
        keeps = false;
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.False(down);
        var posts = service.Requests.Where(r => r.Method == "POST").ToList();
        Assert.All(posts, r => Assert.Equal("Bearer token-of-the-test", r.Headers["Authorization"]));
        Assert.All(posts, r => Assert.NotEmpty(r.Headers["Idempotency-Key"] + r.Headers["Godwit-Epoch"]));
        Assert.DoesNotContain("token-of-the-test", await script.RecordAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, null, "status: [200], json: [{at: /mode, expect: down}]", false)]
    [InlineData(503, null, "", false)]
    [InlineData(503, "30", "", true)]
    [InlineData(503, null, "retry_after: false", true)]
    [InlineData(200, "30", "", false)]
    public async Task A_probe_says_what_an_answer_is_like_while_it_is_on(int status, string? retryAfter, string expects, bool isOn)
    {
        await using var service = new LoopbackService(_ => retryAfter is null ? new LoopbackAnswer(status, "{}") : new LoopbackAnswer(status, "{}", ("Retry-After", retryAfter)));
        using var script = await KindScript.NewAsync(servers);
        var outcome = await script.Steps("- maintenance: {mode: on, probe: {url: '" + service.Url + "', within: 0s" + (expects.Length == 0 ? "" : ", " + expects) + "}}").RunAsync();
        Assert.Equal(isOn, outcome is RunbookOutcome.Reached);
    }

    private static Task<string> RowsAsync(KindScript script) =>
        script.Database.ScalarAsync<string>("SELECT string_agg(name || '/' || is_on || '/' || coalesce(message, ''), ',') FROM godwit.maintenance");
}
