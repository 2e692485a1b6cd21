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

    private static Task<string> RowsAsync(KindScript script) =>
        script.Database.ScalarAsync<string>("SELECT string_agg(name || '/' || is_on || '/' || coalesce(message, ''), ',') FROM godwit.maintenance");
}
