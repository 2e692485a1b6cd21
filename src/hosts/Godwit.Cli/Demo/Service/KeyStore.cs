using System.Collections.Concurrent;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Cli.Demo.Service;

/// <summary>The database as the demo's service uses it: connections that are kept, and thrown away once one fails.</summary>
internal sealed class KeyStore(PostgresSource source) : IAsyncDisposable
{
    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];

    public async Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellation)
    {
        if (!_idle.TryTake(out var connection)) connection = await source.OpenAsync(cancellation);
        try
        {
            var answer = await ask(connection);
            _idle.Add(connection);
            return answer;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var connection)) await connection.DisposeAsync();
        await source.DisposeAsync();
    }
}
