using Godwit.Postgres.Connections;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Cli.Tests.Dev;

public sealed class DevCommandTests : IAsyncDisposable
{
    private readonly string parent = Directory.CreateTempSubdirectory("godwit-dev-").FullName;
    private readonly string folder;

    public DevCommandTests()
    {
        File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        folder = Path.Combine(parent, "postgres");
    }

    public async ValueTask DisposeAsync()
    {
        await DevAsync("down");
        Directory.Delete(parent, recursive: true);
    }

    [Fact]
    public async Task A_server_goes_up_serves_a_database_and_goes_down()
    {
        Assert.Equal("absent", (await DevAsync("status", "--json")).Json.GetProperty("state").GetString());

        var up = await DevAsync("up", "--json");
        Assert.Equal(0, up.ExitCode);
        Assert.Equal("running", up.Json.GetProperty("state").GetString());
        Assert.Equal(up.Output, (await DevAsync("up", "--json")).Output);
        Assert.Equal(up.Output, (await DevAsync("status", "--json")).Output);

        var made = (await DevAsync("url", "shop", "--json")).Json;
        Assert.True(made.GetProperty("created").GetBoolean());
        Assert.False((await DevAsync("url", "shop", "--json")).Json.GetProperty("created").GetBoolean());
        await OpensAsync(made.GetProperty("url").GetString()!, made.GetProperty("passFile").GetString()!);

        var dropped = await DevAsync("drop", "shop", "--json");
        Assert.Equal("shop", dropped.Json.GetProperty("dropped").GetString());

        Assert.True((await DevAsync("down", "--json")).Json.GetProperty("stopped").GetBoolean());
        Assert.False((await DevAsync("down", "--json")).Json.GetProperty("stopped").GetBoolean());
        Assert.Equal("stopped", (await DevAsync("status", "--json")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Text_names_the_port_the_URL_and_how_to_give_the_password_but_never_the_password()
    {
        var up = await DevAsync("up");
        Assert.Matches(@"^running: PostgreSQL \d+ on 127\.0\.0\.1:\d+", up.Output);
        var url = await DevAsync("url");
        Assert.Matches(@"^postgres://godwit@127\.0\.0\.1:\d+/godwit\n$", url.Output);
        Assert.Equal($"# the password: export PGPASSFILE={Path.Combine(folder, "pgpass")}\n", url.Error);
        var password = (await File.ReadAllTextAsync(Path.Combine(folder, "godwit.password"), TestContext.Current.CancellationToken)).Trim();
        Assert.DoesNotContain(password, up.Output + url.Output + url.Error);
        Assert.Equal("stopped\n", (await DevAsync("down")).Output);
        Assert.Equal("not running\n", (await DevAsync("down")).Output);
    }

    [Fact]
    public async Task A_fault_exits_with_4_and_says_what_to_do()
    {
        var text = await DevAsync("url");
        Assert.Equal(4, text.ExitCode);
        Assert.Empty(text.Output);
        Assert.Contains("godwit dev up", text.Error);

        var json = await DevAsync("url", "--json");
        Assert.Equal(4, json.ExitCode);
        Assert.Equal("start it: godwit dev up", json.Json.GetProperty("remedy").GetString());

        Assert.Equal(4, (await CommandLine.RunAsync("dev", "up", "--folder", folder, "--bin", parent)).ExitCode);
        Assert.Equal(4, (await CommandLine.RunAsync("dev", "up", "--folder", "/proc/nowhere")).ExitCode);
    }

    private Task<CommandLine> DevAsync(params string[] arguments) =>
        CommandLine.RunAsync(["dev", .. arguments, "--folder", folder, "--bin", PostgresVersions.Require(PostgresVersions.Default)]);

    private static async Task OpensAsync(string url, string passFile)
    {
        var around = new ConnectionEnvironment { Variable = name => name == "PGPASSFILE" ? passFile : null, Home = "/nonexistent", UserName = "anna" };
        var reading = await PostgresTarget.ConnectAsync(PostgresUrl.Parse(url, around).Url!, around, TestContext.Current.CancellationToken);
        Assert.Empty(reading.Findings);
        await using var source = reading.Target!.OpenSource(new SessionSettings { RunId = "dev", Role = "test" });
        await using NpgsqlConnection connection = await source.OpenAsync(TestContext.Current.CancellationToken);
    }
}
