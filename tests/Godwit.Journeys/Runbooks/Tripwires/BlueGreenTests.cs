using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>A real proxy under load: traffic shifts 10, 50, 100, each request is answered, and a green that is broken loses its traffic within a second.</summary>
public sealed class BlueGreenTests(PostgresServers servers)
{
    private const string Steps = """
              switch:
                steps:
                  - id: shift
                    route:
                      weights: [10, 50, 100]
                      hold: 1s
                      every: 100ms
                      analysis: [{name: errors, of: max, sql: "SELECT share FROM figures WHERE side = '@side@'", times_blue: 2, plus: 0.01}]
                      file: {template: split.template, path: split.conf, reload: {run: [/usr/sbin/nginx, -c, nginx.conf, -p, ., -e, nginx.error, -s, reload]}}
        """;

    [Fact]
    public async Task Traffic_shifts_under_load_and_nothing_is_lost()
    {
        await using var world = await World.MakeAsync(servers);
        (await world.Folder.RunAsync("run")).MustBe(0);
        // Requests that were under way when the proxy was told are answered by its former workers.
        await Patience.UntilAsync(() => Task.FromResult(world.Answers.TakeLast(30).All(a => a.Side == "green")));
        Assert.Empty(world.Failures);
        Assert.Contains("100% green", File.ReadAllText(world.Folder.In("split.conf")), StringComparison.Ordinal);
        (await world.Folder.RunAsync("rollback")).MustBe(6);
        await Patience.UntilAsync(() => Task.FromResult(world.Answers.TakeLast(30).All(a => a.Side == "blue")));
        Assert.Empty(world.Failures);
    }

    [Fact]
    public async Task A_green_that_is_broken_loses_its_traffic_within_a_second_of_the_sample_that_shows_it()
    {
        await using var world = await World.MakeAsync(servers);
        var run = world.Folder.JsonAsync(5, "run");
        await Patience.UntilAsync(() => Task.FromResult(File.ReadAllText(world.Folder.In("split.conf")).Contains("50%", StringComparison.Ordinal)), run);
        await world.Folder.Target.ExecuteAsync("UPDATE public.figures SET share = 0.9 WHERE side = 'green'");
        var broken = TimeProvider.System.GetTimestamp();
        await Patience.UntilAsync(() => Task.FromResult(!File.ReadAllText(world.Folder.In("split.conf")).Contains("green", StringComparison.Ordinal)), run);
        // From before the first sample that can have shown it; then the proxy's workers change over.
        Assert.InRange(TimeProvider.System.GetElapsedTime(broken).TotalMilliseconds, 0, 1000);
        var paused = await run;
        Assert.Equal("GW1860", paused.GetProperty("findings")[0].GetProperty("code").GetString());
        var took = await world.Folder.Target.ScalarAsync<string>("SELECT body::jsonb -> 'evidence' ->> 'back in' FROM godwit.journal WHERE kind = 'step-failed'");
        Assert.InRange(int.Parse(took.Split(' ')[0], CultureInfo.InvariantCulture), 0, 999);
        // A request that was under way, on a connection of a former worker's, is answered by that one.
        await Patience.UntilAsync(() => Task.FromResult(world.Answers.TakeLast(30).All(a => a.Side == "blue")));
        Assert.InRange(TimeProvider.System.GetElapsedTime(broken, world.Answers.Last(a => a.Side == "green").At).TotalMilliseconds, 0, 2000);
        Assert.Empty(world.Failures);
    }

    [Fact]
    public async Task A_tripwire_in_the_middle_of_a_shift_takes_traffic_and_run_back()
    {
        await using var world = await World.MakeAsync(servers, "\ntripwires:\n  - {id: load, sql: SELECT max(share) FROM figures, above: 0.5, every: 100ms, baseline: 300ms, action: rollback}\n");
        var run = world.Folder.RunAsync("run");
        await Patience.UntilAsync(() => Task.FromResult(File.ReadAllText(world.Folder.In("split.conf")).Contains("50%", StringComparison.Ordinal)), run);
        // Both are as bad: what is compared does not show it, what is watched does.
        await world.Folder.Target.ExecuteAsync("UPDATE public.figures SET share = 0.9");
        (await run).MustBe(6);
        Assert.DoesNotContain("green", File.ReadAllText(world.Folder.In("split.conf")), StringComparison.Ordinal);
        Assert.Empty(world.Failures);
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private LoopbackService _blue = null!, _green = null!;
        private Nginx _nginx = null!;
        private Task _load = Task.CompletedTask;

        public RunbookFolder Folder { get; private set; } = null!;

        public ConcurrentQueue<(string Side, long At)> Answers { get; } = [];

        public ConcurrentQueue<string> Failures { get; } = [];

        public static async Task<World> MakeAsync(PostgresServers servers, string tripwires = "")
        {
            Assert.SkipUnless(Nginx.IsInstalled, "nginx is not installed");
            var world = new World
            {
                Folder = (await RunbookFolder.PrepareAsync(servers)).Runbook(Steps + tripwires), _blue = new LoopbackService(_ => new LoopbackAnswer(200, "blue")), _green = new LoopbackService(_ => new LoopbackAnswer(200, "green")),
            };
            await world.Folder.Target.ExecuteAsync("CREATE TABLE public.figures (side text, share numeric); INSERT INTO public.figures VALUES ('blue', 0.01), ('green', 0.01)");
            world.Folder.Write("split.conf", "split_clients $request_id $side { * blue; }\n").Write("split.template", "split_clients $request_id $side { @green@% green; * blue; }\n");
            world._nginx = await Nginx.StartAsync(world.Folder.Path, $$"""
                include split.conf;
                    upstream blue { server {{new Uri(world._blue.Url).Authority}}; }
                    upstream green { server {{new Uri(world._green.Url).Authority}}; }
                    server { listen 127.0.0.1:@port@; location / { proxy_pass http://$side; } }
                """);
            world._load = world.LoadAsync();
            return world;
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _load;
            await _nginx.DisposeAsync();
            await _blue.DisposeAsync();
            await _green.DisposeAsync();
            Folder.Dispose();
        }

        private async Task LoadAsync()
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            var again = false;
            while (!_over.IsCancellationRequested)
            {
                try
                {
                    using var answer = await client.GetAsync($"http://127.0.0.1:{_nginx.Port.ToString(CultureInfo.InvariantCulture)}/", _over.Token);
                    var side = await answer.Content.ReadAsStringAsync(_over.Token);
                    again = false;
                    if (answer.IsSuccessStatusCode) Answers.Enqueue((side, TimeProvider.System.GetTimestamp()));
                    else Failures.Enqueue($"{(int)answer.StatusCode}");
                    await Task.Delay(5, _over.Token);
                }
                catch (OperationCanceledException) when (_over.IsCancellationRequested)
                {
                    return;
                }
                catch (HttpRequestException) when (!again)
                {
                    // A request on a connection that a reload has just closed was never looked at: clients ask once more.
                    again = true;
                }
                catch (HttpRequestException e)
                {
                    Failures.Enqueue(e.Message);
                    again = false;
                }
            }
        }
    }
}
