using Godwit.Conformance.Live;
using Godwit.Engine.Live;
using Godwit.Postgres.Live;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Live;

/// <summary>
/// An application that does not wait for its commits may lose the last of them with its server. What was carried to the other side is not among them: it was durable before, so that no number of a transaction that was read
/// is ever given to another one.
/// </summary>
[Trait("Hazard", "4")]
public sealed class DurableReadingTests(PostgresServers servers)
{
    /// <summary>Nobody writes the log to the disk but who waits for it.</summary>
    private static readonly Dictionary<string, string> s_loses = new(StringComparer.Ordinal) { ["synchronous_commit"] = "off", ["wal_writer_delay"] = "10000ms", ["wal_writer_flush_after"] = "0" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_read_of_a_source_is_there_after_its_server_was_killed()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, settings: s_loses, cancellationToken: Token);
        await using var world = await PostgresLiveWorld.MakeAsync(() => Task.FromResult(server));
        var move = Guid.NewGuid();
        var source = await world.OpenAsync(move);
        await source.RecordAsync(Token);
        await world.Database.ExecuteAsync("INSERT INTO t VALUES (4, 40)");
        string position;
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token))
        {
            Assert.Equal("4,40", delta.Rows("t"));
            position = delta.Until;
            await server.KillAsync(Token);
        }
        await server.StartAsync(Token);
        Assert.Equal(40, await world.Database.ScalarAsync<long>("SELECT v FROM t WHERE id = 4"));
        await GoesOnAsync(await world.OpenAsync(move), world.Database, position);
    }

    [Fact]
    public async Task What_was_read_of_the_new_side_is_there_after_its_server_was_killed()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, settings: s_loses, cancellationToken: Token);
        await using var now = await NewSide.MakeAsync(await PostgresLiveWorld.MakeAsync(() => Task.FromResult(server)));
        await now.Database.ExecuteAsync("INSERT INTO t VALUES (4, 40)");
        string position;
        using (var delta = await now.Side.ReadDeltaAsync(PostgresDelta.Beginning, whole: false, Token))
        {
            Assert.Equal("4,40", delta.Rows("t"));
            position = delta.Until;
            await server.KillAsync(Token);
        }
        await server.StartAsync(Token);
        Assert.Equal(40, await now.Database.ScalarAsync<long>("SELECT v FROM t WHERE id = 4"));
        await GoesOnAsync(now.Side, now.Database, position);
    }

    [Fact]
    public async Task A_new_side_that_was_set_back_to_before_what_was_carried_back_is_not_gone_on_with()
    {
        await using var now = await NewSide.MakeAsync(await PostgresLiveWorld.MakeAsync(servers));
        await now.Database.ExecuteAsync("INSERT INTO t VALUES (4, 40)");
        string position;
        using (var delta = await now.Side.ReadDeltaAsync(PostgresDelta.Beginning, whole: false, Token)) position = delta.Until;
        using (var again = await now.Side.ReadDeltaAsync(position, whole: false, Token)) Assert.Empty(again.Keys);
        // As after a restore.
        await now.Database.ExecuteAsync("UPDATE godwit.live_moves SET readings = 0");
        var fault = await Assert.ThrowsAsync<RewoundException>(() => now.Side.ReadDeltaAsync(position, whole: false, Token));
        Assert.Equal("GW1901", fault.Finding.Code.Id);
    }

    /// <summary>Whatever transactions are numbered from here on, none of them is taken for one that was read.</summary>
    private static async Task GoesOnAsync(ILiveSide side, TestDatabase database, string position)
    {
        for (var id = 5; id < 9; id++) await database.ExecuteAsync($"INSERT INTO t VALUES ({id}, 1)");
        for (var ended = 0; ; ended++)
        {
            try
            {
                using var delta = await side.ReadDeltaAsync(position, whole: false, Token);
                Assert.Equal("5 6 7 8", delta.Keys("t"));
                return;
            }
            catch (Exception gone) when (ended < 5 && gone is Npgsql.NpgsqlException)
            {
                // A session of before the crash.
                continue;
            }
        }
    }
}
