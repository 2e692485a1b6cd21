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
    private readonly PostgresTarget _target;
    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];

    /// <param name="target">Where they go.</param>
    /// <param name="epoch">The runner's.</param>
    /// <param name="role">What they are for.</param>
    /// <param name="extra">Further settings of each.</param>
    public TargetSessions(PostgresTarget target, Guid epoch, string role = "move", IReadOnlyDictionary<string, string>? extra = null)
    {
        Epoch = epoch;
        _target = target;
        _source = target.OpenSource(new SessionSettings
        {
            RunId = epoch.ToString("N"),
            Role = role,
            StatementLimit = TimeSpan.Zero,
            Extra = new Dictionary<string, string>(extra ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["maintenance_work_mem"] = "512MB" },
        });
    }

    /// <summary>
    /// A backend that builds an index does not notice that its client is gone, and holds its locks until it is done, unless it is told to look
    /// (https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL). Servers on systems that cannot
    /// look refuse the setting; there a takeover ends the backend.
    /// </summary>
    private const string LookForClient =
        "DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '2s', false); EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$; SELECT pg_catalog.pg_is_in_recovery()";

    public Guid Epoch { get; }

    /// <summary>How the application_name of every session of an epoch's holder begins.</summary>
    public static string NameOf(Guid epoch) => $"godwit {epoch.ToString("N")[..8]} ";

    /// <summary>A session that ran statements of somebody else's: settings, roles, temporary tables of theirs go before it is used again.</summary>
    public static async Task CleanAsync(TargetSession session, CancellationToken cancellation)
    {
        await using var discard = new NpgsqlCommand("DISCARD ALL", session.Connection);
        await discard.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<TargetSession> RentAsync(CancellationToken cancellation)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.State == System.Data.ConnectionState.Open) return new TargetSession(idle, _idle);
            await idle.DisposeAsync();
        }
        return await OpenAsync(cancellation);
    }

    /// <summary>A session that is sure to be new: those kept may have been ended at the server, by a restart or by a takeover, without their knowing.</summary>
    public async Task<TargetSession> OpenAsync(CancellationToken cancellation)
    {
        var opened = await _source.OpenAsync(cancellation);
        try
        {
            await using var look = new NpgsqlCommand(LookForClient, opened);
            // A server that handed over comes back as a standby. It is waited for as one that is down: it may be the primary again.
            if (await look.ExecuteScalarAsync(cancellation) is true && !_target.Server.InRecovery)
                throw new NpgsqlException($"{_target.Host} is a standby now, which takes no writes; of several servers in the target's URL, the next `godwit resume` takes the primary");
            return new TargetSession(opened, _idle);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

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

    /// <summary>The same as disposing, for whoever cannot wait.</summary>
    public void Release()
    {
        if (_keep && Connection.State == System.Data.ConnectionState.Open) idle.Add(Connection);
        else Connection.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_keep && Connection.State == System.Data.ConnectionState.Open) idle.Add(Connection);
        else await Connection.DisposeAsync();
    }
}
