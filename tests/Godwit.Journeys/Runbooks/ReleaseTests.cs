using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A release of an application with its database, and the whole of it back to the version before: stop, database, code, start, verify.</summary>
public sealed class ReleaseTests(PostgresServers servers)
{
    private const string Runbook = """
        godwit: 1
        name: release
        target: {env: DATABASE_URL}
        phases:
          switch:
            steps:
              - id: settings
                config: {env_file: app.env, variables: {SECRET_KEY: {min_length: 32}, DATABASE_URL: {}}}
              - id: stop
                command: {run: [./app, stop], undo: {run: [./app, start]}}
              - id: code
                command: {run: [./app, deploy, "2.4.0"], undo: {run: [./app, deploy, previous]}}
              - id: database
                sql: tokens.sql
              - id: access
                sql: access.sql
              - id: start
                command: {run: [./app, start], undo: {run: [./app, stop]}}
              - id: works
                smoke: {within: 0s, checks: [{name: version, http: {url: "URL/api/health", retries: 0, json: [{at: /version, expect: "2.4.0"}]}}]}
        rollback:
          within: 0s
          checklist:
            - {name: the application, http: {url: "URL/api/health", retries: 0, json: [{at: /version, expect: "2.3.1"}]}}
        """;

    /// <summary>What it does is seen by the service, and in the order in which it was done.</summary>
    private const string App = """
        #!/bin/sh
        set -eu
        echo "$*" >>log
        case "$1" in
          stop) rm -f running ;;
          start) cp version running ;;
          deploy) if [ "$2" = previous ]; then mv version.previous version; else mv version version.previous; echo "$2" >version; fi ;;
        esac
        """;

    private static readonly string[] s_back = ["start", "access", "database", "code", "stop"];

    [Fact]
    public async Task A_release_goes_back_in_five_ordered_steps_and_is_verified()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        await using var service = Service(folder);
        await PrepareAsync(folder, service);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("stop, deploy 2.4.0, start", string.Join(", ", await LogAsync(folder)));
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT has_table_privilege('app_release', 'tokens', 'SELECT')"));

        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal("stop, deploy previous, start", string.Join(", ", (await LogAsync(folder)).Skip(3)));
        Assert.Equal(s_back, await UndoneAsync(folder));
        Assert.False(await folder.Target.ScalarAsync<bool>("SELECT to_regclass('tokens') IS NOT NULL"));
        Assert.Contains((await folder.JsonAsync(0, "status")).GetProperty("checked").GetProperty("items").EnumerateArray(), i => i.GetProperty("item").GetString() == "the application" && i.GetProperty("state").GetString() == "holds");
    }

    [Fact]
    public async Task A_release_that_does_not_work_halts_before_anybody_uses_it_and_goes_back()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        await using var service = Service(folder);
        await PrepareAsync(folder, service);
        folder.Write("app", App.Replace("start) cp version running", "start) true", StringComparison.Ordinal));
        var paused = await folder.JsonAsync(5, "run");
        Assert.StartsWith("step works:", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        // What the runbook asks after the way back does not hold either, and that is said.
        Assert.Contains("the application", (await folder.RunAsync("rollback")).MustBe(3).Output, StringComparison.Ordinal);
        folder.Write("app", App);
        await File.WriteAllTextAsync(folder.In("running"), "2.3.1\n", TestContext.Current.CancellationToken);
        (await folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task A_release_with_a_placeholder_for_a_secret_does_not_begin()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        await using var service = Service(folder);
        await PrepareAsync(folder, service);
        folder.Write("app.env", "SECRET_KEY=changeme\nDATABASE_URL=postgres://app@db/app\n");
        (await folder.RunAsync("run")).MustBe(5);
        Assert.Empty(await LogAsync(folder));
    }

    private static async Task PrepareAsync(RunbookFolder folder, LoopbackService service)
    {
        folder.Write("runbook.yaml", Runbook.Replace("URL/api", service.Url + "/api", StringComparison.Ordinal))
            .Write("app.env", "SECRET_KEY=Zk3v9QpX7wLr2TnB8sHd5FyJ1mCg6RaE\nDATABASE_URL=postgres://app@db/app\n")
            .Write("app", App).Write("version", "2.3.1\n").Write("running", "2.3.1\n")
            .Sql("tokens.sql", "CREATE TABLE tokens (id bigint PRIMARY KEY)", "DROP TABLE tokens")
            .Sql("access.sql", "GRANT SELECT ON tokens TO app_release", "REVOKE SELECT ON tokens FROM app_release");
        File.SetUnixFileMode(folder.In("app"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await folder.Target.ExecuteAsync("DO $$ BEGIN CREATE ROLE app_release; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$", superuser: true);
    }

    private static LoopbackService Service(RunbookFolder folder) => new(_ =>
        File.Exists(folder.In("running")) ? new LoopbackAnswer(200, JsonSerializer.Serialize(new { version = File.ReadAllText(folder.In("running")).Trim() })) : new LoopbackAnswer(503, "{}"));

    private static async Task<string[]> LogAsync(RunbookFolder folder) =>
        File.Exists(folder.In("log")) ? await File.ReadAllLinesAsync(folder.In("log"), TestContext.Current.CancellationToken) : [];

    private static async Task<string[]> UndoneAsync(RunbookFolder folder) => (await folder.Target.ScalarAsync<string>(
        "SELECT string_agg(body::jsonb ->> 'step', ',' ORDER BY sequence) FROM godwit.journal WHERE kind = 'step-undone' AND body::jsonb ->> 'step' NOT IN ('works', 'settings')")).Split(',');
}
