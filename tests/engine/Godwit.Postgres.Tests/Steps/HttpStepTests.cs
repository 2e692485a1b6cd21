using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class HttpStepTests(PostgresServers servers)
{
    [Fact]
    public async Task A_request_carries_its_key_and_its_secret_and_the_record_has_neither_secret_nor_body()
    {
        await using var service = new LoopbackService(r => r.Path == "/orders" ? new LoopbackAnswer(201, """{"data":{"state":"done","owner":"Ada Lovelace"}}""") : new LoopbackAnswer(204));
        using var script = await KindScript.NewAsync(servers);
        script.Variables["TOKEN"] = "tok-a-very-secret-one";
        script.Write("order.json", """{"order":1}""");
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.Steps($$$$"""
            - id: order
              http:
                url: {{{{service.Url}}}}/orders
                headers: {Authorization: {env: TOKEN, before: 'Bearer '}, X-Colour: blue}
                body_file: order.json
                status: [201]
                json: [{at: /data/state, expect: done}]
                undo: {url: '{{{{service.Url}}}}/orders/1', method: DELETE}
            """).RunAsync());
        var request = Assert.Single(service.Requests);
        var run = (await script.RunRowAsync()).Id;
        Assert.Equal(("POST", "{\"order\":1}", "Bearer tok-a-very-secret-one", "blue", $"{run:N}-order-apply", "application/json"),
            (request.Method, request.Body, request.Headers["Authorization"], request.Headers["X-Colour"], request.Headers["Idempotency-Key"], request.Headers["Content-Type"]));

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.Equal(("DELETE", "/orders/1", $"{run:N}-order-undo"), (service.Requests[^1].Method, service.Requests[^1].Path, service.Requests[^1].Headers["Idempotency-Key"]));
        var record = await script.RecordAsync();
        Assert.DoesNotContain("tok-a-very-secret-one", record, StringComparison.Ordinal);
        Assert.DoesNotContain("Lovelace", record, StringComparison.Ordinal);
        Assert.Contains("201", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_busy_is_asked_again_with_the_same_key_and_not_for_ever()
    {
        var left = 2;
        await using var service = new LoopbackService(_ => left-- switch { 2 => null, 1 => new LoopbackAnswer(503, "", ("Retry-After", "0")), _ => new LoopbackAnswer(200) });
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps($$$$"""- {irreversible: sent, http: {{{{service.Url}}}}/a}""").RunAsync());
        Assert.Equal(3, service.Requests.Count);
        Assert.Single(service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct());

        await using var busy = new LoopbackService(_ => new LoopbackAnswer(429, "", ("Retry-After", "0")));
        using var second = await KindScript.NewAsync(servers);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await second.Steps($$$$"""- {irreversible: sent, http: {url: '{{{{busy.Url}}}}/a', retries: 1}}""").RunAsync());
        Assert.Equal("GW1772", Assert.Single(paused.Findings).Code.Id);
        Assert.Equal(2, busy.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_is_not_as_expected_pauses_and_does_not_repeat_what_it_said()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200, """{"state":"lovelace"}"""));
        using var script = await KindScript.NewAsync(servers);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps($$$$"""- {irreversible: sent, http: {url: '{{{{service.Url}}}}/a?b=c', json: [{at: /state, expect: done}]}}""").RunAsync());
        Assert.Contains("did not answer \"done\"", paused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("lovelace", await script.RecordAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirection_to_another_host_is_not_followed()
    {
        await using var elsewhere = new LoopbackService(_ => new LoopbackAnswer(200));
        await using var service = new LoopbackService(r => r.Path switch
        {
            "/here" => new LoopbackAnswer(302, "", ("Location", "/there")),
            "/there" => new LoopbackAnswer(200),
            _ => new LoopbackAnswer(307, "", ("Location", $"{elsewhere.Url}/x")),
        });
        using var script = await KindScript.NewAsync(servers);
        script.Variables["TOKEN"] = "tok-a-very-secret-one";
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps($$$$"""
            - {id: within, http: {url: '{{{{service.Url}}}}/here', method: GET, headers: {Authorization: {env: TOKEN} } } }
            - {id: away, http: {url: '{{{{service.Url}}}}/away', method: GET, headers: {Authorization: {env: TOKEN} } } }
            """).RunAsync());
        Assert.Contains("step away", paused.Reason, StringComparison.Ordinal);
        Assert.Contains("answered 307", paused.Reason, StringComparison.Ordinal);
        Assert.Equal(["/here", "/there", "/away"], service.Requests.Select(r => r.Path));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Settings_that_do_not_fit_together_are_found_without_a_run()
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.Contains(script.Steps("- {irreversible: x, http: {method: POST}}").Check(), f => f.Code.Id == "GW1770");
        Assert.Contains(script.Steps("- {irreversible: x, http: {url: 'https://a.example/', headers: {Authorization: Bearer abc}}}").Check(), f => f.Code.Id == "GW1607");
        Assert.Contains(script.Steps("- {irreversible: x, http: {url: 'https://a.example/?token=abcdef'}}").Check(), f => f.Code.Id == "GW1607");
        Assert.Contains(script.Steps("- {http: {url: 'https://a.example/'}}").Check(), f => f.Code.Id == "GW1614");
        Assert.Empty(script.Steps("- {http: {url: 'https://a.example/', method: GET}}").Check());
    }
}
