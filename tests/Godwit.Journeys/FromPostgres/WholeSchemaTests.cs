using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

public sealed class WholeSchemaTests(PostgresServers servers)
{
    [Fact]
    public async Task A_schema_with_one_of_everything_goes_over_into_another_database_and_is_verified_again()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync();
        await journey.Target.ExecuteAsync(Shop.Extensions, superuser: true);
        var moved = await journey.RunAsync("move", "--from", source.Url, "--from-schema", "shop", "--to", journey.Target.Url, "--schema", "shop", "--json", "--jobs", "3", "--range-rows", "700");
        moved.MustBeVerified();
        Assert.Empty(moved.Document.NotMoved);
        Assert.Equal(await SchemaDump.OfAsync(source, "shop"), await SchemaDump.OfAsync(journey.Target, "shop"));
        Assert.Equal(5, moved.Table("Order").Ranges);
        Assert.Equal(await source.ScalarAsync<long>("SELECT nextval('shop.ticket')"), await journey.Target.ScalarAsync<long>("SELECT nextval('shop.ticket')"));
        Assert.Contains("event_2025", moved.Document.Tables.Select(t => t.Source));

        var verified = await journey.RunAsync("verify", "--from", source.Url, "--from-schema", "shop", "--to", journey.Target.Url, "--schema", "shop", "--json", "--paranoid");
        Assert.Equal("GW1504", Assert.Single(verified.Document.Mismatches).Code);
    }

    [Fact]
    public async Task The_same_goes_over_into_another_schema_of_the_same_database()
    {
        using var journey = await Journey.PrepareAsync(servers);
        await journey.Target.ExecuteAsync(Shop.Extensions, superuser: true);
        await journey.Target.ExecuteAsync(Shop.Schema);
        await journey.Target.ExecuteAsync(Shop.Rows);
        var moved = await journey.RunAsync("move", "--from", journey.Target.Url, "--from-schema", "shop", "--to", journey.Target.Url, "--schema", "store", "--json", "--paranoid");
        moved.MustBeVerified();
        Assert.Equal(await SchemaDump.OfAsync(journey.Target, "shop", called: "store"), await SchemaDump.OfAsync(journey.Target, "store"));
    }

    private async Task<TestDatabase> SourceAsync()
    {
        var source = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await source.ExecuteAsync(Shop.Extensions, superuser: true);
        await source.ExecuteAsync(Shop.Schema);
        await source.ExecuteAsync(Shop.Rows);
        return source;
    }
}
