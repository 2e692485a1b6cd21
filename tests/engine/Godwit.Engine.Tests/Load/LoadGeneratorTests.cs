using Godwit.Engine.Load;
using Godwit.Engine.Requests;
using Godwit.Engine.Tests.Requests;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Engine.Tests.Load;

public sealed class LoadGeneratorTests
{
    private const string Home = "godwit: 1\nscenarios:\n  - name: visitor\n    requests: [{name: home, path: /, timeout: 2s}]\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rate_is_kept_within_two_percent()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync("hello"), Token);
        var figures = await LoadAsync(Home, service.Url, new LoadProfile(200, TimeSpan.FromSeconds(3), TimeSpan.Zero, 0));
        Assert.Equal((600, 0, 600, 0), (figures.Begun, figures.Dropped, figures.Answered, figures.Failed));
        Assert.InRange(figures.Rate, 196, 204);
        Assert.Equal(3000, figures.Bytes);
        Assert.Equal(600, figures.Statuses[200]);
        Assert.Empty(figures.Errors);
    }

    [Fact]
    public async Task A_stall_is_seen_by_all_who_would_have_come_meanwhile()
    {
        // For one second in three nobody is answered. Whoever waits for the last answer before asking again would ask once in that second, and see a p95 of nothing.
        var began = TimeProvider.System.GetTimestamp();
        var stall = new Stall(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), began);
        await using var service = await WebService.StartAsync(
            async http =>
            {
                await stall.PassAsync(http.RequestAborted);
                await http.Response.WriteAsync("hello");
            }, Token);
        var figures = await LoadAsync(Home, service.Url, new LoadProfile(100, TimeSpan.FromSeconds(3), TimeSpan.Zero, 0));
        Assert.Equal((300, 0), (figures.Answered, figures.Failed));
        Assert.InRange(figures.Latency.P99.TotalMilliseconds, 850, 1500);
        Assert.InRange(figures.Latency.P95.TotalMilliseconds, 600, 1400);
    }

    [Fact]
    public async Task When_too_many_are_under_way_the_rest_is_dropped_and_counts_as_an_error()
    {
        await using var service = await WebService.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted), Token);
        var figures = await LoadAsync(Home.Replace("timeout: 2s", "timeout: 500ms", StringComparison.Ordinal), service.Url, new LoadProfile(100, TimeSpan.FromSeconds(1), TimeSpan.Zero, 0), maxInFlight: 10);
        Assert.Equal(100, figures.Begun + figures.Dropped);
        Assert.InRange(figures.Begun, 10, 30);
        Assert.Equal((figures.Begun, 0), (figures.Errors["no answer in time"], figures.Answered));
        // One that is not answered has waited at least that long.
        Assert.InRange(figures.Latency.P50.TotalMilliseconds, 490, 1500);
        Assert.Equal(1, figures.ErrorShare);
        Assert.Equal(["nothing was answered", $"errors are 100 %, and may be 1 % ({figures.Dropped} dropped)"], new LoadThresholds { Errors = 0.01 }.FindMissed(figures));
    }

    [Fact]
    public async Task Connections_that_end_or_are_refused_are_errors_of_their_kind_and_no_quick_answers()
    {
        await using var service = await WebService.StartAsync(
            http =>
            {
                http.Abort();
                return Task.CompletedTask;
            }, Token);
        var profile = new LoadProfile(50, TimeSpan.FromSeconds(1), TimeSpan.Zero, 0);
        var broken = await LoadAsync(Home, service.Url, profile);
        Assert.Equal((50, 50, TimeSpan.Zero), (broken.Failed, broken.Errors["connection broke"], broken.Latency.P50));
        var refused = await LoadAsync(Home, "http://127.0.0.1:9", profile);
        Assert.Equal((50, 50, TimeSpan.Zero), (refused.Failed, refused.Errors["no connection"], refused.Latency.P50));
    }

    [Fact]
    public async Task Answers_that_are_not_as_expected_are_errors()
    {
        var count = 0;
        await using var service = await WebService.StartAsync(
            http =>
            {
                var number = Interlocked.Increment(ref count);
                http.Response.StatusCode = number % 4 == 0 ? 500 : 200;
                return http.Response.WriteAsync(number % 4 == 1 ? "other" : "hello");
            }, Token);
        var figures = await LoadAsync(Home.Replace("timeout: 2s", "expect: {contains: [hello]}", StringComparison.Ordinal), service.Url, new LoadProfile(100, TimeSpan.FromSeconds(1), TimeSpan.Zero, 0));
        Assert.Equal((100, 25, 25, 75), (figures.Answered, figures.Errors["unexpected status"], figures.Errors["unexpected answer"], figures.Statuses[200]));
        Assert.Equal(0.5, figures.ErrorShare);
    }

    [Fact]
    public async Task Scenarios_take_turns_by_their_weight_and_requests_have_figures_of_their_own()
    {
        await using var service = await WebService.StartAsync(http => Task.Delay(http.Request.Path == "/slow" ? 100 : 0, http.RequestAborted), Token);
        var figures = await LoadAsync("""
            godwit: 1
            scenarios:
              - name: many
                weight: 3
                requests: [{name: quick, path: /}]
              - name: few
                requests: [{name: slow, path: /slow}, {name: then, path: /}]
            """, service.Url, new LoadProfile(40, TimeSpan.FromSeconds(1), TimeSpan.Zero, 0));
        Assert.Equal(["quick 30", "slow 10", "then 10"], figures.Requests.Select(r => $"{r.Name} {r.Ended}"));
        Assert.InRange(figures.Requests[1].Latency.P50.TotalMilliseconds, 99, 1000);
        // What comes second in a scenario counts from the end of the first.
        Assert.InRange(figures.Requests[2].Latency.P50.TotalMilliseconds, 0, 90);
        var thresholds = new LoadThresholds { Requests = new Dictionary<string, LatencyThresholds>(StringComparer.Ordinal) { ["slow"] = new(TimeSpan.FromMilliseconds(50), null, null, null), ["quick"] = new(TimeSpan.FromSeconds(5), null, null, null) } };
        Assert.StartsWith("slow: p50 is ", Assert.Single(thresholds.FindMissed(figures)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_it_ends_at_once_with_the_figures_so_far()
    {
        await using var service = await WebService.StartAsync(http => Task.Delay(http.Request.Query.ContainsKey("x") ? 0 : Timeout.Infinite, http.RequestAborted), Token);
        using var stop = new CancellationTokenSource();
        var began = TimeProvider.System.GetTimestamp();
        var figures = await LoadAsync(Home.Replace("2s", "60s", StringComparison.Ordinal), service.Url, new LoadProfile(50, TimeSpan.FromMinutes(10), TimeSpan.Zero, 0), stop: stop, tell: f =>
        {
            if (f.Begun >= 50) stop.Cancel();
        });
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0.9, 8);
        Assert.Equal((0, 0, figures.Begun), (figures.Answered, figures.Failed, figures.GivenUp));
        Assert.InRange(figures.Begun, 50, 200);
    }

    private static async Task<LoadFigures> LoadAsync(string text, string url, LoadProfile profile, int maxInFlight = 1000, CancellationTokenSource? stop = null, Action<LoadFigures>? tell = null)
    {
        var (file, findings) = RequestFileReader.Read(text, "r.yaml");
        Assert.True(file is not null, string.Join("\n", findings));
        var generator = new LoadGenerator(file, new LoadSettings(profile, maxInFlight, new LoadThresholds()), TimeProvider.System);
        var (figures, _) = await generator.RunAsync(new Uri(url), new Given(), tell ?? (_ => { }), () => false, stop?.Token ?? Token);
        return figures!;
    }

    /// <summary>A time in which nobody gets through.</summary>
    private sealed class Stall(TimeSpan from, TimeSpan until, long began)
    {
        public async Task PassAsync(CancellationToken cancellation)
        {
            var now = TimeProvider.System.GetElapsedTime(began);
            if (now >= from && now < until) await Task.Delay(until - now, cancellation);
        }
    }
}
