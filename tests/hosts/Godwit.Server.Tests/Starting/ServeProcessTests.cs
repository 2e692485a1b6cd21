using System.Net;
using System.Net.Sockets;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Starting;

/// <summary>What only a process shows: its start, its signals, its exit code.</summary>
public sealed class ServeProcessTests(PostgresServers servers)
{
    private async Task<TestDatabase> DatabaseAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Godwit_serve_becomes_the_server_and_ends_with_0_when_it_is_asked_to()
    {
        using var process = ServeProcess.Start(Platform.Variables(await DatabaseAsync()), "--listen", "127.0.0.1:0");
        var (reached, metrics) = await process.ListeningAsync();
        using var client = new HttpClient();
        Assert.Contains("\"status\":\"live\"", await client.GetStringAsync(new Uri(reached, "/health/live"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("godwit_build_info", await client.GetStringAsync(metrics, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        // The same process: what was started is what listens, and what a signal reaches.
        Assert.Contains("godwit-server", await File.ReadAllTextAsync($"/proc/{process.Id}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        process.Ask();
        var (exitCode, error) = await process.WaitAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains($"Godwit serves on {reached.GetLeftPart(UriPartial.Authority)}", error, StringComparison.Ordinal);
        Assert.Contains("\"event\":\"Stopped\"", process.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        var variables = Platform.Variables(await DatabaseAsync());
        variables["GODWIT_STOP_NOTICE"] = "300";
        using var process = ServeProcess.Start(variables);
        await process.ListeningAsync();
        process.Ask();
        await Patience.UntilAsync(() => Task.FromResult(process.Lines.Any(l => l.Contains("\"event\":\"Stopping\"", StringComparison.Ordinal))));
        process.Ask();
        Assert.Equal(4, (await process.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_refused_configuration_is_1_and_says_all_of_it()
    {
        var variables = Platform.Variables(await DatabaseAsync());
        (variables["GODWIT_ENVIRONMENT"], variables["GODWIT_CORS_ORIGINS"], variables["GODWIT_STOP_NOTICE"]) = ("production", "*", "soon");
        using var process = ServeProcess.Start(variables);
        var (exitCode, error) = await process.WaitAsync();
        Assert.Equal(1, exitCode);
        foreach (var what in (string[])["DATABASE_URL has not sslmode=verify-full", "GODWIT_CORS_ORIGINS has a wildcard", "GODWIT_STOP_NOTICE is no whole number"]) Assert.Contains("error GW2100 " + what, error, StringComparison.Ordinal);
        Assert.DoesNotContain("soon", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_judges_and_begins_nothing()
    {
        var variables = Platform.Variables(await DatabaseAsync());
        variables["DATABASE_URL"] = "postgres://godwit@127.0.0.1:1/nowhere";
        using var process = ServeProcess.Start(variables, "--check");
        Assert.Equal(0, (await process.WaitAsync()).ExitCode);
        Assert.Empty(process.Lines);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_4_and_a_sentence()
    {
        var variables = Platform.Variables(await DatabaseAsync());
        variables["DATABASE_URL"] = "postgres://godwit@127.0.0.1:1/nowhere";
        using var process = ServeProcess.Start(variables);
        var (exitCode, error) = await process.WaitAsync();
        Assert.Equal(4, exitCode);
        Assert.Contains("error GW2101 DATABASE_URL: the server cannot be reached", error, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", string.Concat(process.Lines) + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_4_and_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var variables = Platform.Variables(await DatabaseAsync());
        variables["GODWIT_LISTEN"] = $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        using var process = ServeProcess.Start(variables);
        var (exitCode, error) = await process.WaitAsync();
        Assert.Equal(4, exitCode);
        Assert.Contains("error GW2101 GODWIT_LISTEN or GODWIT_METRICS_LISTEN: another program listens there", error, StringComparison.Ordinal);
    }
}
