using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

/// <summary>A database of one test, and any number of ways to the keyring in it.</summary>
internal sealed class KeyringDatabase(PostgresServers servers)
{
    private readonly Lazy<Task<TestDatabase>> _database = new(async () => await (await servers.DefaultAsync()).CreateDatabaseAsync());
    private readonly Lock _lock = new();
    private Task<PostgresTarget>? _target;

    public Task<TestDatabase> DatabaseAsync => _database.Value;

    public Task<PostgresTarget> TargetAsync
    {
        get
        {
            lock (_lock) return _target ??= ConnectAsync();
        }
    }

    /// <summary>As a host of its own has them.</summary>
    public async Task<KeyringSessions> SessionsAsync() => new((await TargetAsync).OpenSource(new SessionSettings { RunId = "test", Role = "keys" }));

    private async Task<PostgresTarget> ConnectAsync()
    {
        var database = await DatabaseAsync;
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null };
        return (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, environment).Url!, environment)).Target!;
    }
}
