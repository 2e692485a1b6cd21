using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Stopping;

public sealed class StopTests(PostgresServers servers)
{
    private async Task<TestDatabase> DatabaseAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task It_says_that_it_stops_first_and_then_finishes_what_it_has_begun()
    {
        var module = new NotesModule();
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), [module], ("GODWIT_STOP_NOTICE", "2"));
        var slow = platform.Client.GetStringAsync("/v1/slow", TestContext.Current.CancellationToken);
        await module.Entered.Task;
        platform.AskToStop();
        await Patience.UntilAsync(async () =>
        {
            var (status, said) = await platform.GetAsync("/health/ready");
            return status == 503 && said.RootElement.GetProperty("code").GetString() == "stopping";
        });
        // Until it was seen, everything goes on.
        Assert.Equal("1", await platform.Client.GetStringAsync("/v1/one", TestContext.Current.CancellationToken));
        await Patience.UntilAsync(async () => await IsClosedAsync(platform));
        Assert.False(slow.IsCompleted);
        module.GoOn.SetResult();
        Assert.Equal("done", await slow);
        Assert.Equal(ServerExit.Done, await platform.StopAsync());
        Assert.Contains("\"event\":\"Stopped\"", platform.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_finish_by_the_deadline_is_cut_off_and_told()
    {
        var module = new NotesModule();
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), [module], ("GODWIT_STOP_DEADLINE", "1"));
        var slow = platform.Client.GetStringAsync("/v1/slow", TestContext.Current.CancellationToken);
        await module.Entered.Task;
        var stopped = platform.StopAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => slow);
        module.GoOn.SetResult();
        Assert.Equal(ServerExit.Fault, await stopped);
        Assert.Contains("\"event\":\"StoppedAtDeadline\"", platform.Log.Text, StringComparison.Ordinal);
    }

    private static async Task<bool> IsClosedAsync(Platform platform)
    {
        using var fresh = new HttpClient();
        try
        {
            using var answer = await fresh.GetAsync(new Uri(platform.Reached, "/health/live"), TestContext.Current.CancellationToken);
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
