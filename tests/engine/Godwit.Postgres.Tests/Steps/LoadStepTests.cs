using Godwit.Engine.Runs;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>smoke with a file of requests, and load.</summary>
public sealed class LoadStepTests(PostgresServers servers)
{
    private const string Requests = """
        godwit: 1
        variables: {token: {env: API_TOKEN}}
        scenarios:
          - name: visitor
            requests:
              - {name: home, path: /, headers: {Authorization: "Bearer ${token}"}, timeout: 5s}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_keeps_its_figures_as_evidence_and_no_secret()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync(http.Request.Headers.Authorization.ToString()), Token);
        using var script = await ScriptAsync(service.Url);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps("- load: {requests: r.yaml, url_env: SERVICE, rate: 50, duration: 1s, thresholds: {p99: 5s, errors: 0, rate: 45}}").RunAsync());
        var record = await script.RecordAsync();
        Assert.Contains("\"answered\":\"50\"", record, StringComparison.Ordinal);
        Assert.Contains("\"status 200\":\"50\"", record, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken-value", record, StringComparison.Ordinal);
        Assert.DoesNotContain(service.Url, record, StringComparison.Ordinal);
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
    }

    [Fact]
    public async Task A_threshold_that_is_missed_halts_and_resume_puts_the_load_on_again()
    {
        var status = 500;
        await using var service = await WebService.StartAsync(
            http =>
            {
                http.Response.StatusCode = status;
                return Task.CompletedTask;
            }, Token);
        using var script = await ScriptAsync(service.Url);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps("- {id: press, load: {requests: r.yaml, url_env: SERVICE, rate: 20, duration: 500ms}}").RunAsync());
        Assert.Equal(("GW1883", "press: errors are 100 %, and may be 1 %"), (Assert.Single(paused.Findings).Code.Id, paused.Findings[0].Message));
        Assert.Contains("\"error: unexpected status\":\"10\"", await script.RecordAsync(), StringComparison.Ordinal);
        status = 200;
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
    }

    [Fact]
    public async Task Asked_to_pause_it_ends_soon_and_begins_anew()
    {
        var asked = 0;
        await using var service = await WebService.StartAsync(
            _ =>
            {
                Interlocked.Increment(ref asked);
                return Task.CompletedTask;
            }, Token);
        using var script = await ScriptAsync(service.Url);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps("- load: {requests: r.yaml, url_env: SERVICE, rate: 20, duration: 3s}").RunUntilAsync(() => Task.FromResult(Volatile.Read(ref asked) > 5)));
        Assert.Contains("it begins anew", paused.Reason, StringComparison.Ordinal);
        var before = asked;
        Assert.InRange(before, 5, 55);
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal(60, asked - before);
    }

    [Fact]
    public async Task A_timeout_ends_it_and_one_that_is_too_short_is_found_before()
    {
        using var script = await ScriptAsync("http://127.0.0.1:9");
        script.Steps("- {timeout: 1s, load: {requests: r.yaml, url_env: SERVICE, rate: 20, duration: 3s}}");
        Assert.Contains(script.Check(), f => f.Message == "The step's timeout is over before its duration is");
        await using var service = await WebService.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted), Token);
        using var hanging = await ScriptAsync(service.Url);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await hanging.Steps("- {timeout: 1s, load: {requests: r.yaml, url_env: SERVICE, rate: 20, duration: 500ms}}").RunAsync());
        Assert.Contains("took longer than its timeout of 1s", paused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smoke_asks_the_requests_of_a_file_until_all_are_answered_as_expected()
    {
        var asked = 0;
        await using var service = await WebService.StartAsync(
            http =>
            {
                http.Response.StatusCode = Interlocked.Increment(ref asked) < 3 ? 503 : 200;
                return Task.CompletedTask;
            }, Token);
        using var script = await ScriptAsync(service.Url);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps("- smoke: {requests: r.yaml, url_env: SERVICE, every: 20ms, checks: [{sql: SELECT true}]}").RunAsync());
        Assert.Contains("\"visitor: home\":\"answered 200 in ", await script.RecordAsync(), StringComparison.Ordinal);
        using var other = await ScriptAsync("http://127.0.0.1:9");
        var paused = Assert.IsType<RunbookOutcome.Paused>(await other.Steps("- {id: look, smoke: {requests: r.yaml, url_env: SERVICE, within: 0s}}").RunAsync());
        Assert.Equal("the check visitor: home of look does not hold: the connection failed (ConnectionError)", Assert.Single(paused.Findings).Message);
    }

    [Fact]
    public async Task The_file_is_part_of_the_plan_and_what_is_wrong_with_it_has_its_place()
    {
        using var script = await ScriptAsync("http://127.0.0.1:9");
        const string Step = "- load: {requests: r.yaml, url_env: SERVICE, rate: 1}";
        var before = script.Steps(Step).Plan().Hash;
        script.Write("r.yaml", Requests.Replace("path: /,", "path: /other,", StringComparison.Ordinal));
        Assert.NotEqual(before, script.Steps(Step).Plan().Hash);
        script.Write("r.yaml", Requests.Replace("${token}", "${tokn}", StringComparison.Ordinal));
        Assert.Equal("r.yaml:6:56", script.Steps(Step).Check()[0].Place!.ToString());
        script.Write("r.yaml", Requests);
        Assert.Equal(["A load test needs either a url or the variable that holds it (url_env)", "There is no request \"hom\" in the file; did you mean \"home\"?"], script.Steps("- load: {requests: r.yaml, rate: 1, thresholds: {requests: {hom: {p95: 1s}}}}").Check().Select(f => f.Message));
        Assert.Equal(["The step asks for nothing: it needs checks, or requests"], script.Steps("- smoke: {every: 1s}").Check().Select(f => f.Message));
    }

    private async Task<KindScript> ScriptAsync(string url)
    {
        var script = await KindScript.NewAsync(servers);
        (script.Variables["SERVICE"], script.Variables["API_TOKEN"]) = (url, "t0ken-value");
        return script.Write("r.yaml", Requests);
    }
}
