using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>What changes around a run while it is paused: its file, and the source of a gate.</summary>
public sealed class PausedRunTests(PostgresServers servers)
{
    [Fact]
    public async Task A_run_goes_on_with_the_plan_that_it_began_with_and_says_that_the_file_is_another()
    {
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook("  expand:\n    steps:\n      - {id: table, sql: table.sql}\n      - {id: check, sql: check.sql}\n      - {id: fill, sql: fill.sql}\n")
            .Sql("table.sql", "CREATE TABLE log (step text)", "DROP TABLE log")
            .Sql("check.sql", "SELECT 1 / (SELECT count(*) FROM ready)", "SELECT 1")
            .Sql("fill.sql", "INSERT INTO log VALUES ('as planned')", "DELETE FROM log");
        await folder.Target.ExecuteAsync("CREATE TABLE public.ready ()");
        var plan = (await folder.JsonAsync(5, "run")).GetProperty("plan").GetString();

        folder.Sql("fill.sql", "INSERT INTO log VALUES ('edited')", "DELETE FROM log");
        await folder.Target.ExecuteAsync("INSERT INTO public.ready DEFAULT VALUES");
        var outcome = (await folder.RunAsync("resume")).MustBe(0);
        Assert.Contains($"The runbook was edited since run", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"the plan of the run ({plan![..12]})", (outcome.Output + outcome.Error).ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal("as planned", await folder.Target.ScalarAsync<string>("SELECT string_agg(step, ',') FROM public.log"));
        Assert.Equal(plan, (await folder.JsonAsync(6, "rollback")).GetProperty("plan").GetString());
    }

    [Fact]
    public async Task A_gate_whose_source_is_gone_pauses_the_run_and_opens_when_it_is_back()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200, """{"p95": 120}"""));
        await using var network = CuttingProxy.Before("127.0.0.1", new Uri(service.Url).Port);
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook(
            $$$"""
              expand:
                steps:
                  - {id: table, sql: table.sql}
              switch:
                gates:
                  - {id: speed, metric: {http: {url: 'http://127.0.0.1:{{{network.Port}}}/p95', at: /p95, retries: 0}, at_most: 200, samples: 2, every: 50ms}}
                steps:
                  - {id: fill, sql: fill.sql}
            """)
            .Sql("table.sql", "CREATE TABLE log (step text)", "DROP TABLE log").Sql("fill.sql", "INSERT INTO log VALUES ('switched')", "DELETE FROM log");
        network.RefuseNew = true;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var paused = await folder.JsonAsync(5, attempt == 0 ? "run" : "resume");
            Assert.StartsWith("gate speed of switch: NoData", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log"));
        }
        network.RefuseNew = false;
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log"));
        Assert.Equal("NoData,NoData,Pass", await folder.Target.ScalarAsync<string>("SELECT string_agg(state, ',' ORDER BY id) FROM godwit.gates"));
    }
}
