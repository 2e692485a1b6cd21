using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Servers;

/// <summary>The tests' own server does what the tests of kills and full disks take for granted.</summary>
public sealed class PostgresServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_committed_survives_a_kill_and_what_was_open_does_not()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: Token);
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
        await using (var open = await database.OpenAsync(cancellationToken: Token))
        {
            await using var transaction = await open.BeginTransactionAsync(Token);
            await using var command = new NpgsqlCommand("INSERT INTO t VALUES (2)", open, transaction);
            await command.ExecuteNonQueryAsync(Token);
            var port = server.Port;
            await server.KillAsync(Token);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync(Token));
            await server.StartAsync(Token);
            Assert.Equal(port, server.Port);
        }

        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_full_disk_is_an_error_until_there_is_room_again()
    {
        using var disk = SmallFileSystem.Mount(160);
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, home: disk.Folder, settings: new Dictionary<string, string> { ["max_wal_size"] = "32MB" }, cancellationToken: Token);
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE t (a text)");
        const string Insert = "INSERT INTO t SELECT repeat(md5(i::text), 100) FROM generate_series(1, 10000) i";
        using (disk.Fill(leaveBytes: 1 << 20))
        {
            var fault = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("ALTER TABLE t ALTER a SET STORAGE EXTERNAL; " + Insert));
            Assert.Equal(PostgresErrorCodes.DiskFull, fault.SqlState);
        }

        // A full disk may have stopped the server altogether: no room for its log.
        await server.StartAsync(Token);
        await database.ExecuteAsync(Insert);
        Assert.Equal(10000L, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
    }
}
