using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>What each command returns, and that its document says the same.</summary>
public sealed class ExitCodeTests(PostgresServers servers)
{
    private const int Done = 0, Findings = 1, Usage = 2, NotVerified = 3, Fault = 4, Paused = 5, RolledBack = 6;

    private const string Shop = """
          expand:
            steps:
              - id: things
                sql: things.sql
          verify:
            gates:
              - id: ready
                integrity: {checks: [{sql: SELECT count(*) = 1 FROM things}]}
            steps:
              - {id: look, wait: 1ms}
          contract:
            steps:
              - {id: drop, sql: drop.sql}
        """;

    private static readonly string[] s_ofRunbooks =
        ["check", "plan", "run", "status", "pause", "resume", "abort", "rollback", "finish", "history", "report", "adopt", "uninstall", "config check", "init", "demo tenants", "journal verify", "journal export", "certificate verify", "certificate show", "report verify"];

    public static TheoryData<string> OfRunbooks => [.. s_ofRunbooks];

    [Theory]
    [MemberData(nameof(OfRunbooks))]
    public async Task A_command_that_is_used_wrongly_returns_2_and_prints_nothing_on_standard_output(string command)
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        var outcome = (await GodwitProcess.RunAsync(folder.Path, folder.Environment, [.. command.Split(' '), "--no-such-option"])).MustBe(Usage);
        Assert.Equal("", outcome.Output);
        Assert.NotEqual("", outcome.Error);
    }

    [Fact]
    public async Task Commands_without_a_run_find_that_and_change_nothing()
    {
        using var folder = await ShopAsync();
        foreach (var command in new[] { "status", "pause", "resume", "abort", "rollback", "finish", "report" }) await MustAsync(folder, Findings, command);
        await MustAsync(folder, Done, "history");
        await MustAsync(folder, Done, "check");
        await MustAsync(folder, Done, "plan");
        await MustAsync(folder, Findings, "adopt");
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"));
        folder.Sql("things.sql", "");
        foreach (var command in new[] { "check", "plan", "run" }) await MustAsync(folder, Findings, command);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"));
        folder.Runbook("  nonsense: 1");
        foreach (var command in new[] { "check", "plan", "run", "status", "report", "adopt" }) await MustAsync(folder, Findings, command);
    }

    [Fact]
    public async Task A_run_returns_5_0_and_6_as_it_pauses_completes_and_goes_back()
    {
        using var folder = await ShopAsync();
        Assert.Equal("paused", await MustAsync(folder, Paused, "run"));
        await MustAsync(folder, Findings, "run");
        await MustAsync(folder, Paused, "resume");
        await MustAsync(folder, Paused, "status", "--watch");
        await MustAsync(folder, Findings, "pause");
        await MustAsync(folder, Findings, "finish");
        await folder.Target.ExecuteAsync("INSERT INTO public.things VALUES (1)");
        Assert.Equal("complete", await MustAsync(folder, Done, "resume"));
        await MustAsync(folder, Findings, "resume");
        await MustAsync(folder, Findings, "finish");
        await MustAsync(folder, Findings, "uninstall", "--export", folder.In("out.jsonl"));
        await MustAsync(folder, Done, "report", "--html", folder.In("report.html"));
        await MustAsync(folder, Done, "status", "--watch");
        Assert.Equal("rolled-back", await MustAsync(folder, RolledBack, "rollback"));
        await MustAsync(folder, RolledBack, "status", "--watch");
        await MustAsync(folder, Findings, "rollback");
        Assert.Equal("paused", await MustAsync(folder, Paused, "run"));
        Assert.Equal("aborted", await MustAsync(folder, Done, "abort"));
        await MustAsync(folder, Findings, "abort");
        await MustAsync(folder, Done, "uninstall", "--export", folder.In("out.jsonl"));
    }

    [Fact]
    public async Task What_is_verified_and_differs_returns_3()
    {
        using var folder = await ShopAsync();
        folder.Runbook("""
              expand:
                steps:
                  - {id: things, sql: {up: things.sql, verify: [{query: SELECT count(*) = 7 FROM things}]}}
            """);
        await MustAsync(folder, NotVerified, "run");
        await folder.Target.ExecuteAsync("CREATE SCHEMA other");
        await MustAsync(folder, NotVerified, "rollback");
        await folder.Target.ExecuteAsync("DROP SCHEMA other");
        await MustAsync(folder, RolledBack, "rollback");
        await MustAsync(folder, Done, "report", "--markdown", folder.In("report.md"));
        await File.AppendAllTextAsync(folder.In("report.md"), "more", TestContext.Current.CancellationToken);
        await HereAsync(folder, NotVerified, "report", "verify", folder.In("report.md"));
        await folder.Target.ExecuteAsync("ALTER TABLE godwit.journal DISABLE TRIGGER append_only; UPDATE godwit.journal SET kind = 'nothing' WHERE sequence = 2");
        await HereAsync(folder, NotVerified, "journal", "verify", "--to", folder.Target.Url);
        await MustAsync(folder, NotVerified, "uninstall", "--export", folder.In("out.jsonl"));
        await File.WriteAllTextAsync(folder.In("none.json"), "{}", TestContext.Current.CancellationToken);
        await HereAsync(folder, NotVerified, "certificate", "verify", folder.In("none.json"));
        await HereAsync(folder, NotVerified, "certificate", "show", folder.In("none.json"));
    }

    [Fact]
    public async Task A_fault_returns_4_and_leaves_what_is_done_on_record()
    {
        using var folder = await ShopAsync();
        // Stopped by a signal, it ends as interrupted.
        folder.Runbook("  expand:\n    steps:\n      - {id: things, sql: things.sql}\n      - {id: long, wait: 1h}");
        using var runner = folder.Start("run", "--json");
        while (await folder.Target.ScalarAsync<bool>("SELECT to_regclass('public.things') IS NULL")) await Task.Delay(50, TestContext.Current.CancellationToken);
        using (var kill = System.Diagnostics.Process.Start("kill", ["-TERM", runner.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var interrupted = (await runner.WaitAsync()).MustBe(Fault);
        Assert.Equal(Fault, JsonDocument.Parse(interrupted.Output).RootElement.GetProperty("exitCode").GetInt32());
        await MustAsync(folder, RolledBack, "rollback");
        await MustAsync(folder, Fault, "report", "--html", folder.In("no/such/folder.html"));
        await HereAsync(folder, Fault, "init", "/proc/nothing-is-made-here");
    }

    [Fact]
    public async Task Init_writes_once()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        await HereAsync(folder, Done, "init", folder.In("new"));
        await HereAsync(folder, Findings, "init", folder.In("new"));
    }

    /// <summary>Runs a command about the folder's runbook, and gives what its document calls the outcome.</summary>
    private static async Task<string> MustAsync(RunbookFolder folder, int exitCode, params IReadOnlyList<string> arguments) =>
        Outcome(exitCode, (await folder.RunAsync([.. arguments, "--json"])).MustBe(exitCode).Output);

    private static async Task HereAsync(RunbookFolder folder, int exitCode, params IReadOnlyList<string> arguments)
    {
        var root = JsonDocument.Parse((await GodwitProcess.RunAsync(folder.Path, folder.Environment, [.. arguments, "--json"])).MustBe(exitCode).Output).RootElement;
        if (root.TryGetProperty("exitCode", out var told)) Assert.Equal(exitCode, told.GetInt32());
    }

    private static string Outcome(int exitCode, string output)
    {
        var root = JsonDocument.Parse(output).RootElement;
        Assert.Equal(exitCode, root.TryGetProperty("exitCode", out var told) ? told.GetInt32() : exitCode);
        return root.GetProperty("outcome").GetString()!;
    }

    private async Task<RunbookFolder> ShopAsync() => (await RunbookFolder.PrepareAsync(servers)).Runbook(Shop)
        .Sql("things.sql", "CREATE TABLE things (id int)", "DROP TABLE things").Sql("drop.sql", "SELECT 1", "SELECT 1");
}
