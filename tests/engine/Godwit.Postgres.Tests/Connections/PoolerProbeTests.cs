using Godwit.Model.Findings;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Connections.Reaching;

namespace Godwit.Postgres.Tests.Connections;

[Trait("Hazard", "10")]
public sealed class PoolerProbeTests(PostgresServers servers)
{
    [Theory]
    [InlineData("transaction")]
    [InlineData("session")]
    public async Task PgBouncer_is_found_and_refused(string mode)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await using var bouncer = await PgBouncer.StartAsync(database, mode, Token);
        var reading = await ReachAsync(database, $"postgres://godwit@127.0.0.1:{bouncer.Port}/{database.Name}");
        Assert.Null(reading.Target);
        Assert.Equal(FindingCodes.Pooler, Assert.Single(reading.Findings).Code);
    }

    [Fact]
    public async Task A_proxy_that_only_passes_bytes_is_no_pooler()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        Assert.Empty((await ReachAsync(database, $"postgres://godwit@127.0.0.1:{proxy.Port}/{database.Name}")).Findings);
    }
}
