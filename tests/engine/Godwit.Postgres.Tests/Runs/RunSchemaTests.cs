using Godwit.Postgres.Runs;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Runs;

public sealed class RunSchemaTests(PostgresServers servers)
{
    [Fact]
    public async Task Eight_runners_at_once_make_the_schema_once()
    {
        var token = TestContext.Current.CancellationToken;
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(token);
        var connections = new List<NpgsqlConnection>();
        for (var i = 0; i < 8; i++) connections.Add(await database.OpenAsync(cancellationToken: token));
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(connections.Select(c => RunSchema.EnsureAsync(c, token)));
            Assert.Equal(13, await database.ScalarAsync<long>("SELECT count(*) FROM godwit.versions"));
            foreach (var connection in connections) Assert.True(await RunSchema.ExistsAsync(connection, token));
            await database.ExecuteAsync("DROP SCHEMA godwit CASCADE");
        }
        foreach (var connection in connections) await connection.DisposeAsync();
    }
}
