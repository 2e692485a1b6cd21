using System.Globalization;
using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>
/// Runners killed with SIGKILL at moments that a seed chooses, between steps and inside them, on the way forward and on the way back: every run ends as
/// one that nobody disturbed.
/// </summary>
public sealed class KilledRunnerTests(PostgresServers servers)
{
    private const int Steps = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task A_killed_runner_is_gone_on_with(int seed) => CampaignAsync(seed, kills: 6);

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_runner_killed_a_hundred_times()
    {
        for (var seed = 100; seed < 110; seed++) await CampaignAsync(seed, kills: 10);
    }

    private async Task CampaignAsync(int seed, int kills)
    {
        var random = new Random(seed);
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        using var folder = await MakeAsync();
        await RandomKills.RunAsync(folder, random, kills, first: "run", then: "resume", end: 0);
        Assert.Equal(Steps, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log"));
        Assert.Equal(Steps, await folder.Target.ScalarAsync<long>("SELECT count(DISTINCT step) FROM public.log"));
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE 'log\\_%' AND i.indisvalid AND c.relname <> 'log_pkey'"));
        await RandomKills.RunAsync(folder, random, kills, first: "rollback", then: "rollback", end: 6);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }

    private async Task<RunbookFolder> MakeAsync()
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        var steps = new StringBuilder("  expand:\n    steps:\n      - sql: table.sql\n");
        folder.Sql("table.sql", "CREATE TABLE log (id bigserial PRIMARY KEY, step int NOT NULL)", "DROP TABLE log");
        for (var i = 0; i < Steps; i++)
        {
            // Slow enough to be hit, and visible when it happens twice.
            folder.Sql($"step{i}.sql", $"INSERT INTO log (step) VALUES ({i}); SELECT pg_sleep(0.05);", $"DELETE FROM log WHERE step = {i}; SELECT pg_sleep(0.05);");
            steps.Append(CultureInfo.InvariantCulture, $"      - sql: step{i}.sql\n");
            if (i % 6 != 2) continue;
            folder.Sql($"index{i}.sql", $"CREATE INDEX CONCURRENTLY log_{i} ON log (step)", $"DROP INDEX CONCURRENTLY IF EXISTS log_{i}");
            steps.Append(CultureInfo.InvariantCulture, $"      - sql: {{up: index{i}.sql, transaction: false}}\n");
        }
        return folder.Runbook(steps.ToString());
    }
}
