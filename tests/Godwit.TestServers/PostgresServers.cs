using System.Collections.Concurrent;

namespace Godwit.TestServers;

/// <summary>
/// The servers of one test assembly, one a version, started by the first test that asks and stopped at the end. Use it as
/// <c>[assembly: AssemblyFixture(typeof(PostgresServers))]</c> and take it in a test class's constructor.
/// </summary>
public sealed class PostgresServers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, Lazy<Task<PostgresServer>>> servers = new();

    public Task<PostgresServer> DefaultAsync() => OfAsync(PostgresVersions.Default);

    /// <summary>The shared server of a version; the test is skipped where the version is not installed. Nobody kills or stops it.</summary>
    public Task<PostgresServer> OfAsync(int major)
    {
        PostgresVersions.Require(major);
        return servers.GetOrAdd(major, m => new Lazy<Task<PostgresServer>>(() => PostgresServer.StartAsync(m))).Value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers.Values)
            await (await server.Value).DisposeAsync();
    }
}
