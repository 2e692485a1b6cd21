using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Modules;

public sealed class ModuleTests(PostgresServers servers)
{
    private async Task<TestDatabase> DatabaseAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Its_settings_services_and_meters_are_there()
    {
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), [new NotesModule()], ("NOTES_MOST", "42"));
        Assert.Equal("42", await platform.Client.GetStringAsync("/v1/limit", TestContext.Current.CancellationToken));
        using var answer = await platform.Client.PostAsync("/v1/notes", new StringContent("{\"text\":\"a\"}", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Matches("godwit_notes_written_total [1-9]", await platform.MetricsAsync());
    }

    [Fact]
    public async Task Work_that_fails_begins_again_and_work_that_goes_on_is_ended_with_the_host()
    {
        var module = new NotesModule();
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), [module]);
        await Patience.UntilAsync(() => Task.FromResult(module.Rounds == 2));
        Assert.Contains("\"event\":\"BackgroundWorkFailed\"", platform.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Q7Z", platform.Log.Text, StringComparison.Ordinal);
        Assert.Matches("godwit_background_faults_total\\{work=\"notes-tidying\"\\} [1-9]", await platform.MetricsAsync());
        Assert.Equal(ServerExit.Done, await platform.StopAsync());
        Assert.True(module.Stopped.Task.IsCompleted);
    }
}
