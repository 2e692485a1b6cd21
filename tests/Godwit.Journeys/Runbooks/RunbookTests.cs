using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>What a person does with a runbook, from check to finish and back.</summary>
public sealed class RunbookTests(PostgresServers servers)
{
    private const string Shop = """
          expand:
            steps:
              - sql: customers.sql
              - sql: {up: index.sql, transaction: false}
          backfill:
            steps:
              - id: fill
                sql: {up: fill.sql, verify: [{query: SELECT count(*) FROM customers, expect: 3}]}
          contract:
            steps:
              - id: drop-legacy
                irreversible: the legacy rows are gone
                sql: drop.sql
        """;

    [Fact]
    public async Task A_runbook_is_checked_planned_run_finished_and_on_record()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("check")).MustBe(0);
        var plan = await folder.JsonAsync(0, "plan");
        Assert.Equal([1, 1, 4], plan.GetProperty("phases").EnumerateArray().Select(p => p.GetProperty("rung").GetInt32()));

        var run = await folder.JsonAsync(0, "run");
        Assert.Equal("complete", run.GetProperty("outcome").GetString());
        Assert.Equal(plan.GetProperty("hash").GetString(), run.GetProperty("plan").GetString());
        Assert.Equal(3, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.customers"));

        var status = await folder.JsonAsync(0, "status");
        Assert.True(status.GetProperty("rollback").GetProperty("possible").GetBoolean());
        Assert.StartsWith("loses nothing", status.GetProperty("rollback").GetProperty("loses").GetString(), StringComparison.Ordinal);

        Assert.Contains("the old is kept until", (await folder.RunAsync("finish")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Equal("finished", (await folder.JsonAsync(0, "finish", "--early", "a test does not wait a week")).GetProperty("outcome").GetString());
        Assert.False((await folder.JsonAsync(0, "status")).GetProperty("rollback").GetProperty("possible").GetBoolean());
        (await folder.RunAsync("rollback")).MustBe(1);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
        Assert.Equal("nothing-to-do", (await folder.JsonAsync(0, "run")).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task An_observation_that_paused_says_what_it_saw_and_when_it_goes_on()
    {
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook("""
              observe:
                steps:
                  - id: watch
                    observe:
                      at: [{after: 0s, checks: [{name: at once, sql: SELECT true}]}, 48h]
                      sample: [{name: quiet, sql: "SELECT to_regclass('public.noise') IS NULL", warns: true}]
                      every: 100ms
            """);
        using var runner = folder.Start("run");
        while (!(await folder.RunAsync("status")).Output.Contains("1 of 2 times", StringComparison.Ordinal)) await Task.Delay(50, TestContext.Current.CancellationToken);
        await folder.Target.ExecuteAsync("CREATE TABLE public.noise (id int)");
        (await runner.WaitAsync()).MustBe(5);
        var status = (await folder.RunAsync("status")).MustBe(0).Output;
        Assert.Contains("paused: step watch: warning", status, StringComparison.Ordinal);
        Assert.Matches(@"waits +watch \(observe\), 1 of 2 times, looked \d+ times, last after \d+s: quiet: did not answer ""true""; next at 2d, in 2d", status);
    }

    [Fact]
    public async Task A_complete_run_goes_back_to_what_was()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("rolled-back", (await folder.JsonAsync(6, "rollback")).GetProperty("outcome").GetString());
        Assert.Equal("legacy", await folder.Target.ScalarAsync<string>("SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public'"));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
        (await folder.RunAsync("run")).MustBe(0);
    }

    [Fact]
    public async Task An_edited_runbook_does_not_change_a_run_that_has_begun()
    {
        using var folder = await ShopAsync();
        folder.Sql("fill.sql", "SELECT 1/0", "DELETE FROM customers");
        var paused = await folder.JsonAsync(5, "run");
        Assert.Contains("division by zero", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        folder.Sql("fill.sql", "INSERT INTO customers SELECT id, name FROM legacy", "DELETE FROM customers");
        // A run of the edited file is refused, and the one at hand goes on as it was planned.
        Assert.Contains("of another plan", (await folder.RunAsync("run")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);
        (await folder.RunAsync("run")).MustBe(0);
    }

    [Fact]
    public async Task A_password_in_the_environments_url_is_used_and_never_shown()
    {
        using var folder = await ShopAsync();
        var password = folder.Target.Server.Password;
        folder.Environment["PGPASSFILE"] = "/dev/null";
        folder.Environment["DATABASE_URL"] = folder.Target.Url.Replace("@", $":{Uri.EscapeDataString(password)}@", StringComparison.Ordinal);
        using var run = folder.Start("run");
        var outcome = (await run.WaitAsync()).MustBe(0);
        Assert.DoesNotContain(password, outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>($"SELECT count(*) FROM godwit.runs r WHERE r::text LIKE '%{password}%'"));
    }

    private async Task<RunbookFolder> ShopAsync()
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync("CREATE TABLE public.legacy (id bigint, name text); INSERT INTO public.legacy VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        return folder.Runbook(Shop)
            .Sql("customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, name text)", "DROP TABLE customers")
            .Sql("index.sql", "CREATE INDEX CONCURRENTLY customers_name ON customers (name)", "DROP INDEX CONCURRENTLY customers_name")
            .Sql("fill.sql", "INSERT INTO customers SELECT id, name FROM legacy", "DELETE FROM customers")
            .Sql("drop.sql", "DROP TABLE legacy");
    }
}
