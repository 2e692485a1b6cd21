using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary><c>godwit config check</c>: all that is wrong at once, and nothing of a value.</summary>
public sealed class ConfigCheckTests(PostgresServers servers)
{
    private const string Asked = """
          expand:
            gates:
              - config: {env_file: app.env, variables: {SECRET_KEY: {min_length: 32}, JWT_SECRET_KEY: {min_length: 32, differs_from: SECRET_KEY}}}
            steps:
              - config: {env_file: app.env, variables: {MODE: {pattern: production}}, files: [{path: tls.key, secret: true}]}
        """;

    private const string Value = "a-value-that-nobody-may-see-1234567890";

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once_without_a_value()
    {
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook(Asked);
        await File.WriteAllTextAsync(folder.In("app.env"), $"SECRET_KEY={Value}\nJWT_SECRET_KEY={Value}\nMODE=development-{Value}\n", TestContext.Current.CancellationToken);
        var outcome = (await CheckAsync(folder, folder.File, "--json")).MustBe(1);
        Assert.DoesNotContain(Value, outcome.Output + outcome.Error, StringComparison.Ordinal);
        var document = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(
            ["JWT_SECRET_KEY has the value of SECRET_KEY (gate expand-config)", "MODE does not match its pattern (step config)", "tls.key is not there (step config)"],
            document.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()));
        Assert.Equal("as required", document.GetProperty("configuration").GetProperty("SECRET_KEY").GetString());
        Assert.False(await folder.Target.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NOT NULL"));

        await File.WriteAllTextAsync(folder.In("tls.key"), "x", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder.In("tls.key"), UnixFileMode.UserRead);
        await File.WriteAllTextAsync(folder.In("other.env"), $"SECRET_KEY={Value}\nJWT_SECRET_KEY=another{Value}\nMODE=production\n", TestContext.Current.CancellationToken);
        Assert.Contains("All 4 are as required", (await CheckAsync(folder, folder.File, "--env-file", folder.In("other.env"))).MustBe(0).Output, StringComparison.Ordinal);
        (await CheckAsync(folder, folder.File, "--env-file", folder.In("nowhere.env"))).MustBe(1);
    }

    [Fact]
    public async Task Rules_may_stand_in_a_file_of_their_own()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        await File.WriteAllTextAsync(folder.In("rules.yaml"), "variables:\n  PORT: {pattern: '[0-9]+'}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.In("app.env"), "PORT=http\n", TestContext.Current.CancellationToken);
        string[] asked = ["--rules", folder.In("rules.yaml"), "--env-file", folder.In("app.env")];
        Assert.Contains("GW1776", (await CheckAsync(folder, asked)).MustBe(1).Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.In("app.env"), "PORT=80\n", TestContext.Current.CancellationToken);
        (await CheckAsync(folder, asked)).MustBe(0);
        await File.WriteAllTextAsync(folder.In("rules.yaml"), "variables:\n  PORT: {patern: x}\n", TestContext.Current.CancellationToken);
        Assert.Contains("rules.yaml:2:", (await CheckAsync(folder, asked)).MustBe(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runbook_that_asks_for_nothing_is_no_pass()
    {
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook("  expand:\n    steps:\n      - wait: 1s");
        Assert.Contains("GW1751", (await CheckAsync(folder, folder.File)).MustBe(1).Output, StringComparison.Ordinal);
        (await CheckAsync(folder, "--no-such-option")).MustBe(2);
    }

    private static Task<Outcome> CheckAsync(RunbookFolder folder, params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(folder.Path, folder.Environment, ["config", "check", .. arguments]);
}
