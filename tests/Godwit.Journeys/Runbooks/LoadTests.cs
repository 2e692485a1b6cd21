using System.Globalization;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Journeys.Runbooks;

/// <summary>A load step in a process of its own.</summary>
public sealed class LoadTests(PostgresServers servers)
{
    private const string Requests = """
        godwit: 1
        scenarios:
          - name: visitor
            requests: [{name: home, path: /, timeout: 5s}]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_load_whose_runner_is_killed_ends_with_it_and_begins_anew()
    {
        var asked = 0;
        await using var service = await WebService.StartAsync(http => Counted(http, ref asked), Token);
        using var folder = await PrepareAsync(service, "rate: 50, duration: 2s, thresholds: {p99: 5s}");
        using (var runner = folder.Start("run"))
        {
            await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref asked) > 20), runner.WaitAsync());
            runner.Kill();
        }
        var before = Volatile.Read(ref asked);
        Assert.InRange(before, 20, 99);
        (await folder.RunAsync("resume")).MustBe(0);
        // One that was under way may have been counted late.
        Assert.InRange(Volatile.Read(ref asked) - before, 100, 101);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE body LIKE '%\"answered\":\"100\"%'"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_long_load_takes_no_more_memory_as_it_goes_on()
    {
        var asked = 0;
        await using var service = await WebService.StartAsync(http => Counted(http, ref asked), Token);
        using var folder = await PrepareAsync(service, "rate: 1000, duration: 4m, thresholds: {p99: 30s, errors: 0.5}");
        using var runner = folder.Start("run");
        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref asked) > 0), runner.WaitAsync());
        var sizes = new List<long>();
        for (var i = 0; i < 22 && !runner.HasExited; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), Token);
            if (!runner.HasExited) sizes.Add(Resident(runner.Id));
        }
        (await runner.WaitAsync()).MustBe(0);
        TestContext.Current.TestOutputHelper!.WriteLine($"MB every 10 s: {string.Join(' ', sizes.Select(s => (s / 1024).ToString(CultureInfo.InvariantCulture)))}; {asked} requests");
        Assert.True(sizes.Count >= 15, $"{sizes.Count} sizes");
        // After the first minute it has what it needs; 10 MB more are the collector's freedom.
        Assert.True(sizes.Skip(12).Max() <= sizes.Take(6).Max() + 10_240, string.Join(' ', sizes));
    }

    private static Task Counted(HttpContext http, ref int asked)
    {
        Interlocked.Increment(ref asked);
        return http.Response.WriteAsync("here");
    }

    private static long Resident(int process) => long.Parse(
        File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private async Task<RunbookFolder> PrepareAsync(WebService service, string load)
    {
        var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook($$"""
              expand:
                steps:
                  - {id: press, load: {requests: r.yaml, url_env: SERVICE, {{load}} } }
            """).Write("r.yaml", Requests);
        folder.Environment["SERVICE"] = service.Url;
        return folder;
    }
}
