using Godwit.Redis.Settings;
using Godwit.TestServers;

[assembly: AssemblyFixture(typeof(Godwit.Redis.Tests.RedisServerFixture))]

namespace Godwit.Redis.Tests;

/// <summary>One server for the tests that take nothing away from others; each of them has keys of its own.</summary>
public sealed class RedisServerFixture : IAsyncLifetime
{
    private RedisServer? _server;

    public RedisServer Server => _server ?? throw new SkipTestException("the package redis-server is not installed");

    /// <summary>Patient: what is tested there is what comes back, not how soon.</summary>
    public static RedisSettings Settings(int port) => new() { Host = "127.0.0.1", Port = port, CommandTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) };

    public RedisClient Client() => new(Settings(Server.Port));

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await RedisServer.StartAsync();
        }
        catch (SkipTestException)
        {
            // Each test that asks for it says so.
            _server = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
