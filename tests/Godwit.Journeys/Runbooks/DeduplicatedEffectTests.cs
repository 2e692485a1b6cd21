using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A service that does each key once, as payment services do, and runners that are killed while it does.</summary>
public sealed class DeduplicatedEffectTests(PostgresServers servers)
{
    private const int Killed = 137;

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_step_that_is_done_taken_back_and_done_again_is_carried_out_three_times_however_often_its_runners_are_killed()
    {
        var (seen, applied, state) = (new HashSet<string>(StringComparer.Ordinal), new List<string>(), "");
        var killAt = new HashSet<string>(["apply", "undo", "apply-2"], StringComparer.Ordinal);
        GodwitProcess? victim = null;
        await using var service = new LoopbackService(request =>
        {
            var key = request.Headers["Idempotency-Key"];
            var application = key[(key.IndexOf("-flip-", StringComparison.Ordinal) + 6)..];
            if (seen.Add(key))
            {
                applied.Add(application);
                state = request.Method;
            }
            if (!killAt.Remove(application)) return new LoopbackAnswer(200);
            victim!.Kill();
            return null;
        });
        using var folder = await RunbookFolder.PrepareAsync(servers);
        folder.Runbook($$"""
              expand:
                steps:
                  - wait: 0s
              switch:
                steps:
                  - id: flip
                    http: {url: '{{service.Url}}/flip', request_timeout: 5s, retries: 0, undo: {url: '{{service.Url}}/flip', method: DELETE, request_timeout: 5s, retries: 0} }
            """);

        await GoAsync(Killed, "run");
        await GoAsync(0, "resume");
        Assert.Equal("POST", state);
        await GoAsync(Killed, "rollback", "--to", "expand");
        await GoAsync(6, "rollback", "--to", "expand");
        Assert.Equal("DELETE", state);
        await GoAsync(Killed, "resume");
        await GoAsync(0, "resume");
        Assert.Equal("POST", state);
        Assert.Equal(["apply", "undo", "apply-2"], applied);
        // Each attempt at one application carried the same key: the second was left out by the service.
        Assert.Equal(6, service.Requests.Count);

        async Task GoAsync(int code, params IReadOnlyList<string> arguments)
        {
            using var runner = victim = folder.Start(arguments);
            (await runner.WaitAsync()).MustBe(code);
        }
    }
}
