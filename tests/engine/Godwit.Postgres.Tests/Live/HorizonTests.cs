using Godwit.Conformance.Live;
using Godwit.Postgres.Live;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Live;

/// <summary>A transaction that does not end, in whichever database of the server, hides nothing that commits beside it, and is named.</summary>
[Trait("Hazard", "11")]
public sealed class HorizonTests
{
    private static readonly Dictionary<string, string> s_prepares = new(StringComparer.Ordinal) { ["max_prepared_transactions"] = "2" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_commits_beside_a_transaction_that_does_not_end_is_read_once_and_what_commits_late_is_read_late()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: s_prepares, cancellationToken: Token);
        await using var world = await PostgresLiveWorld.MakeAsync(() => Task.FromResult(server));
        var source = await world.OpenAsync(Guid.NewGuid());
        await source.RecordAsync(Token);
        var elsewhere = await server.CreateDatabaseAsync(Token);
        await elsewhere.ExecuteAsync("BEGIN; CREATE TABLE t(id int); PREPARE TRANSACTION 'for ever'");
        await using var slow = await world.Database.OpenAsync(cancellationToken: Token);
        await using var open = await slow.BeginTransactionAsync(Token);
        await using (var late = new NpgsqlCommand("INSERT INTO t VALUES (100, 1)", slow, open)) await late.ExecuteNonQueryAsync(Token);
        var position = source.Beginning;
        for (var id = 4; id < 8; id++)
        {
            await world.Database.ExecuteAsync($"INSERT INTO t VALUES ({id}, 1)");
            using var delta = await source.ReadDeltaAsync(position, whole: false, Token);
            Assert.Equal($"{id}", delta.Keys("t"));
            position = delta.Until;
        }
        await open.CommitAsync(Token);
        using (var last = await source.ReadDeltaAsync(position, whole: false, Token)) Assert.Equal("100", last.Keys("t"));
        Assert.Contains("transaction 'for ever'", await source.FindHolderAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_oldest_transaction_is_named_with_its_database()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: s_prepares, cancellationToken: Token);
        var (database, elsewhere) = (await server.CreateDatabaseAsync(Token), await server.CreateDatabaseAsync(Token));
        await using var look = await database.OpenAsync(cancellationToken: Token);
        Assert.Null(await Horizon.FindHolderAsync(look, Token));
        await using var slow = await elsewhere.OpenAsync(cancellationToken: Token);
        await using (var open = await slow.BeginTransactionAsync(Token))
        {
            await using (var write = new NpgsqlCommand("CREATE TABLE t(id int)", slow, open)) await write.ExecuteNonQueryAsync(Token);
            // Not for long, yet.
            Assert.Null(await Horizon.FindHolderAsync(look, Token));
            await elsewhere.ExecuteAsync("BEGIN; CREATE TABLE u(id int); PREPARE TRANSACTION 'younger'");
            Assert.Contains($"transaction 'younger' of database {elsewhere.Name}, prepared", await Horizon.FindHolderAsync(look, Token), StringComparison.Ordinal);
            Assert.Contains($"process {slow.ProcessID} in database {elsewhere.Name}, in a transaction for", await Horizon.FindHolderAsync(look, TimeSpan.Zero, Token), StringComparison.Ordinal);
        }
        Assert.Contains("'younger'", await Horizon.FindHolderAsync(look, TimeSpan.Zero, Token), StringComparison.Ordinal);
        await elsewhere.ExecuteAsync("ROLLBACK PREPARED 'younger'");
        Assert.Null(await Horizon.FindHolderAsync(look, Token));
    }
}
