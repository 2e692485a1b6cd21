using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

/// <summary>A move from PostgreSQL as a step of a runbook, whose source is a URL with its password, as platforms hand it over.</summary>
public sealed class StepTests(PostgresServers servers)
{
    [Fact]
    public async Task A_schema_moves_by_a_runbook_and_goes_back_without_a_trace()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        folder.Runbook("  expand:\n    steps:\n      - id: bring\n        move: {source: old, from_schema: shop, schema: shop, paranoid: true}\n", sources: "{old: {env: OLD_URL}}");
        var source = await folder.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        foreach (var database in new[] { source, folder.Target }) await database.ExecuteAsync(Shop.Extensions, superuser: true);
        await source.ExecuteAsync(Shop.Schema);
        await source.ExecuteAsync(Shop.Rows);
        folder.Environment["OLD_URL"] = source.Url.Replace("@", $":{source.Server.Password}@", StringComparison.Ordinal);
        var run = (await folder.RunAsync("run")).MustBe(0);
        Assert.DoesNotContain(source.Server.Password, run.Output + run.Error);
        Assert.Equal(await SchemaDump.OfAsync(source, "shop"), await SchemaDump.OfAsync(folder.Target, "shop"));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>($"SELECT count(*) FROM godwit.runs r WHERE r::text LIKE '%{source.Server.Password}%'"));
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'shop'"));
    }
}
