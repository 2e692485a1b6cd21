using System.Security.Cryptography;
using Godwit.Postgres.Backups.Restoring;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>What a restore that was killed left is removed by the next, and what one that is at work has made is not, whoever looks.</summary>
public sealed class RestoreSweepTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INHERIT")]
    [InlineData("NOINHERIT")]
    public async Task A_restore_at_work_is_left_alone_by_a_member_of_its_role(string inherits)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var suffix = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var (owner, member, password) = ($"sweep_owner_{suffix}", $"sweep_member_{suffix}", RandomNumberGenerator.GetHexString(16));
        await database.ExecuteAsync($"CREATE ROLE {owner} LOGIN CREATEDB PASSWORD '{password}'; CREATE ROLE {member} LOGIN {inherits} PASSWORD '{password}'; GRANT {owner} TO {member}", superuser: true);
        await using var looking = await OpenAsync(database, member, password, "another");
        await using (var working = await OpenAsync(database, owner, password, $"godwit {suffix} restore"))
        {
            await using (var make = new NpgsqlCommand($"CREATE DATABASE godwit_restore_{suffix}", working)) await make.ExecuteNonQueryAsync(Token);
            await DatabaseRestore.SweepAsync(looking, Token);
            Assert.True(await IsThereAsync(looking, suffix));
        }
        await using var next = await OpenAsync(database, owner, password, "another");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        // The server lets go of a session a moment after its client did.
        while (await IsThereAsync(next, suffix))
        {
            await DatabaseRestore.SweepAsync(next, patience.Token);
            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, string suffix)
    {
        await using var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'godwit_restore_{suffix}')", connection);
        return (bool)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task<NpgsqlConnection> OpenAsync(TestDatabase database, string role, string password, string name)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Server.Connection("postgres").ConnectionString) { Username = role, Password = password, ApplicationName = name, Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
