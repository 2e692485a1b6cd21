using Godwit.Postgres.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>
/// A server that makes commits and does not answer them: a commit waits for a standby that there is not, and its backend is ended there, which leaves it
/// committed (https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION).
/// </summary>
public sealed class LostAnswers : IAsyncLifetime
{
    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync(
        PostgresVersions.Default,
        settings: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["wal_level"] = "replica", ["max_wal_senders"] = "2", ["synchronous_standby_names"] = "nobody", ["synchronous_commit"] = "local",
        },
        cancellationToken: TestContext.Current.CancellationToken);

    public Task<TestDatabase> CreateDatabaseAsync() => _server.CreateDatabaseAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs something, and the answer of the first commit that writes such a row does not come.</summary>
    public static async Task<T> LoseAsync<T>(TestDatabase database, string table, string condition, Func<Task<T>> work)
    {
        var token = TestContext.Current.CancellationToken;
        await using (var connection = await database.OpenAsync(cancellationToken: token)) await RunSchema.EnsureAsync(connection, token);
        await database.ExecuteAsync(
            $"""
            CREATE SEQUENCE godwit.lost;
            CREATE FUNCTION godwit.lose() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF nextval('godwit.lost') = 1 THEN PERFORM set_config('synchronous_commit', 'on', true); END IF; RETURN NULL; END $$;
            CREATE TRIGGER lose AFTER INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION godwit.lose();
            """);
        var working = work();
        await Patience.UntilAsync(
            async () => await database.ScalarAsync<long>("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()") > 0, working);
        return await working;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
