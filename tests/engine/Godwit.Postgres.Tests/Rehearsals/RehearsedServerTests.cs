using Godwit.Engine.Backups;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Rehearsals;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Rehearsals;

public sealed class RehearsedServerTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_copy_brought_along_to_reach_other_servers_with_is_taken_away()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE FOREIGN DATA WRAPPER remote;
            CREATE SERVER "the billing" FOREIGN DATA WRAPPER remote OPTIONS (host 'billing.example');
            CREATE USER MAPPING FOR godwit SERVER "the billing" OPTIONS (user 'godwit', password 'secret');
            CREATE USER MAPPING FOR PUBLIC SERVER "the billing" OPTIONS (user 'anyone');
            """, superuser: true);
        await using var copy = new Copied(database);
        Assert.Equal(["the user mapping of godwit for the foreign server the billing", "the user mapping of PUBLIC for the foreign server the billing"], await RehearsedServer.CloseAsync(copy, Token));
        await using var connection = await database.OpenAsync(superuser: true, Token);
        Assert.Equal((0L, 1L), (await database.ScalarAsync<long>("SELECT count(*) FROM pg_user_mappings"), await database.ScalarAsync<long>("SELECT count(*) FROM pg_foreign_server")));
        Assert.Empty(await RehearsedServer.CloseAsync(copy, Token));
    }

    /// <summary>A database that stands for a restored one.</summary>
    private sealed class Copied(TestDatabase database) : IScratchCopy, IAdministeredCopy
    {
        public BackupManifest Manifest => throw new NotSupportedException();

        public BackupVerification Verification => throw new NotSupportedException();

        public string Folder => throw new NotSupportedException();

        public string Url => database.Url;

        public string PassFile => throw new NotSupportedException();

        public TimeSpan Took => TimeSpan.Zero;

        public async Task<PostgresTarget> ReachAsync(CancellationToken cancellation)
        {
            var superuser = database.Server.Connection(database.Name, superuser: true);
            var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? superuser.Password : null };
            return (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url.Replace("godwit@", "postgres@", StringComparison.Ordinal), environment).Url!, environment, cancellation)).Target!;
        }

        public Task<string> AdmitAsync(string role, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
