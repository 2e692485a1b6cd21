using System.Collections.Concurrent;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>
/// The sessions of one runner: each carries the runner's epoch in application_name, so that a successor finds them. A session that ended its work
/// well is kept for the next; one that met a fault is closed.
/// </summary>
public sealed class TargetSessions : IAsyncDisposable
{
    private readonly PostgresSource _source;
    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];

    public TargetSessions(PostgresTarget target, Guid epoch)
    {
        Epoch = epoch;
        _source = target.OpenSource(new SessionSettings
        {
            RunId = epoch.ToString("N"),
            Role = "move",
            Extra = new Dictionary<string, string>(StringComparer.Ordinal) { ["maintenance_work_mem"] = "512MB" },
        });
    }

    public Guid Epoch { get; }

    /// <summary>How the application_name of every session of an epoch's holder begins.</summary>
    public static string NameOf(Guid epoch) => $"godwit {epoch.ToString("N")[..8]} ";

    public async Task<TargetSession> RentAsync(CancellationToken cancellation)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.State == System.Data.ConnectionState.Open) return new TargetSession(idle, _idle);
            await idle.DisposeAsync();
        }
        return new TargetSession(await OpenAsync(cancellation), _idle);
    }

    /// <summary>A session that is surely new.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellation) => _source.OpenAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var idle)) await idle.DisposeAsync();
        await _source.DisposeAsync();
    }
}

/// <summary>A session in use. Disposed without <see cref="Keep"/> it is closed, and the server rolls back what it had open.</summary>
public sealed class TargetSession(NpgsqlConnection connection, ConcurrentBag<NpgsqlConnection> idle) : IAsyncDisposable
{
    private bool _keep;

    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>The work is done and the session is clean.</summary>
    public void Keep() => _keep = true;

    public async ValueTask DisposeAsync()
    {
        if (_keep && Connection.State == System.Data.ConnectionState.Open) idle.Add(Connection);
        else await Connection.DisposeAsync();
    }
}
