using System.Net;
using System.Net.Sockets;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>A source that goes silent is never taken for fine.</summary>
public sealed class SilenceTests(PostgresServers servers)
{
    private const string Fine = """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}""";

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}}""", "Prometheus has no such series")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]}}""", "it is no number (NaN)", Traits = ["Category", "Soak"])]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"2"]}]}}""", "the query is not one number: 2 series", Traits = ["Category", "Soak"])]
    [InlineData("""{"status":"error","errorType":"bad_data","error":"parse error"}""", "parse error")]
    [InlineData("<html>", "not as Prometheus does", Traits = ["Category", "Soak"])]
    public async Task A_Prometheus_without_an_answer_pauses_the_run(string body, string why)
    {
        var answer = Fine;
        await using var prometheus = new LoopbackService(_ => new LoopbackAnswer(200, answer));
        using var folder = await WatchedFolder.MakeAsync(servers, "{id: errors, metric: sum(errors), above: 5, every: 100ms, baseline: 300ms, no_data: 3s, action: rollback}");
        folder.Environment["PROMETHEUS_URL"] = prometheus.Url;
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("settle", run);
        answer = body;
        var reason = (await run).GetProperty("reason").GetString()!;
        Assert.Contains("tripwire errors: no data for ", reason, StringComparison.Ordinal);
        Assert.Contains(why, reason, StringComparison.Ordinal);
        Assert.Equal("/api/v1/query?query=sum%28errors%29", prometheus.Requests[0].Path);
        answer = Fine;
        (await folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task A_server_that_is_stopped_pauses_the_run()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200, """{"errors": 1}"""));
        await using var network = CuttingProxy.Before("127.0.0.1", new Uri(service.Url).Port);
        using var folder = await WatchedFolder.MakeAsync(servers, $"{{id: errors, http: {{url: 'http://127.0.0.1:{network.Port}/', figure: body, at: /errors}}, above: 5, every: 100ms, baseline: 300ms, no_data: 1s, action: rollback}}");
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("settle", run);
        network.RefuseNew = true;
        Assert.Contains("no data for ", (await run).GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_hangs_holds_up_nothing_but_its_own_tripwire()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var folder = await WatchedFolder.MakeAsync(
            servers, $"{{id: hung, http: {{url: 'http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/', figure: body, at: /errors, request_timeout: 1h}}, above: 5, every: 100ms, baseline: 0s, no_data: {{after: 2s, action: warn}}, action: rollback, phases: [backfill]}}", WatchedFolder.Errors);
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync("fill", run);
        await Patience.UntilAsync(async () => (await folder.NotesAsync("tripwire-fired")).Contains("no answer yet", StringComparison.Ordinal), run);
        await folder.SetAsync(6);
        (await run).MustBe(6);
        await folder.MustBeAsBeforeAsync();
    }

    [Fact]
    public async Task Without_an_answer_before_the_first_phase_nothing_is_changed()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, "{id: errors, sql: SELECT value FROM figures WHERE false, above: 5, every: 100ms, baseline: 300ms, no_data: 1s}");
        var paused = await folder.JsonAsync(5, "run");
        Assert.Equal("tripwire errors has no data before the first phase: it has no row", paused.GetProperty("reason").GetString());
        Assert.Equal("GW1856", paused.GetProperty("findings")[0].GetProperty("code").GetString());
        await folder.MustBeAsBeforeAsync();
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.phases"));
        (await folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task What_this_machine_lacks_is_told_before_anything_begins()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, "{id: errors, metric: sum(errors), above: 5}", "{id: log, log: {path: nowhere.log, pattern: ERROR}, above: 5}");
        folder.Environment["PROMETHEUS_URL"] = null;
        var refused = await folder.JsonAsync(1, "run");
        Assert.Equal(["GW1857", "GW1858"], refused.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()!).Order(StringComparer.Ordinal));
        Assert.False(await folder.Target.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NOT NULL"));
        var plan = await folder.RunAsync("plan");
        Assert.Contains("GW1851", plan.Output, StringComparison.Ordinal);
        Assert.Contains("GW1858", (await folder.RunAsync("check")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_rotated_and_cut_off_is_followed()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, "{id: log, log: {path: app.log, pattern: 'ERROR [0-9]+'}, window: 1m, above: 2, every: 100ms, baseline: 300ms, action: rollback, phases: [backfill, switch, observe]}");
        folder.Write("app.log", "ERROR 1\nERROR 2\nERROR 3\nERROR 4\n");
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync("fill", run);
        await File.AppendAllTextAsync(folder.In("app.log"), "ERROR 5\n", TestContext.Current.CancellationToken);
        File.Move(folder.In("app.log"), folder.In("app.log.1"));
        await File.WriteAllTextAsync(folder.In("app.log"), "ERROR 6\n", TestContext.Current.CancellationToken);
        await folder.UntilAtAsync("settle", run);
        await File.WriteAllTextAsync(folder.In("app.log"), "", TestContext.Current.CancellationToken);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(folder.In("app.log"), "ERROR 7\n", TestContext.Current.CancellationToken);
        var outcome = (await run).MustBe(6);
        Assert.Contains("tripwire log: 3, above 2: rollback", outcome.Output + outcome.Error, StringComparison.Ordinal);
        await folder.MustBeAsBeforeAsync();
    }
}
