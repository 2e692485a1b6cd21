using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class RouteStepTests(PostgresServers servers)
{
    private const string Template = "upstream { server blue weight=@blue@; server green weight=@green@; }\n";

    [Fact]
    public async Task Weights_go_up_in_a_file_that_is_given_back_as_it_was()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Write("weights.template", Template).Write("weights.conf", "what somebody had written\n").Steps("""
            - route:
                weights: [10, 50, 100]
                hold: 100ms
                every: 50ms
                checks: [{sql: SELECT true}]
                file:
                  template: weights.template
                  path: weights.conf
                  reload: {run: [/bin/sh, -c, 'read line < weights.conf; echo "$line" >> seen']}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.Equal("upstream { server blue weight=0; server green weight=100; }\n", script.Read("weights.conf"));
        Assert.Equal(
            "upstream { server blue weight=90; server green weight=10; }\nupstream { server blue weight=50; server green weight=50; }\nupstream { server blue weight=0; server green weight=100; }\n",
            script.Read("seen"));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("what somebody had written\n", script.Read("weights.conf"));
    }

    [Fact]
    public async Task A_check_that_fails_halts_before_more_traffic_comes()
    {
        await using var service = new LoopbackService(r => new LoopbackAnswer(r.Path.StartsWith("/health", StringComparison.Ordinal) ? 500 : 200));
        using var script = await KindScript.NewAsync(servers);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps($$$$"""
            - route:
                weights: [10, 100]
                hold: 10s
                checks: [{name: health, http: {url: '{{{{service.Url}}}}/health'}}]
                http: {url: '{{{{service.Url}}}}/weights/@green@', body: '{"blue":@blue@,"green":@green@}'}
            """).RunAsync());
        Assert.Contains("health", paused.Reason, StringComparison.Ordinal);
        var put = Assert.Single(service.Requests, r => r.Method == "PUT");
        Assert.Equal(("/weights/10", """{"blue":90,"green":10}"""), (put.Path, put.Body));
        Assert.Contains("blue 90 %, green 10 %", await script.RecordAsync(), StringComparison.Ordinal);

        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("/weights/0", service.Requests[^1].Path);
    }

    [Fact]
    public async Task A_hold_goes_on_after_a_pause_and_each_weight_is_written_once()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps("""
            - route: {weights: [10, 100], hold: 1h, command: {run: [/bin/sh, -c, 'echo "$1" >> weights', name, '@green@']}}
            """);
        Assert.IsType<RunbookOutcome.Paused>(await script.RunUntilAsync(() => Task.FromResult(File.Exists(Path.Combine(script.Folder, "weights")))));
        await script.Database.ExecuteAsync("UPDATE godwit.steps SET progress = jsonb_set(progress::jsonb, '{since}', to_jsonb(now() - interval '2 hours'))::text");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal("10\n100\n", script.Read("weights"));
        Assert.Contains(script.Steps("- route: {weights: [10], command: {run: [/bin/true]}}").Check(), f => f.Message.Contains("neither @blue@", StringComparison.Ordinal));
    }
}
