using Godwit.Engine.Moves;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>Who holds a lease that could not be taken.</summary>
public sealed record LeaseHolder(Guid Run, string Holder, TimeSpan SinceHeartbeat);

/// <summary>
/// The right to write to one schema of the target: a row with a random epoch. Workers lock it FOR KEY SHARE in each transaction, which the
/// heartbeat's update does not disturb and a takeover waits for (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS).
/// A takeover first ends the predecessor's backends and waits until they are gone: a killed client's COPY may otherwise commit seconds later.
/// </summary>
public sealed class Lease : IAsyncDisposable
{
    /// <summary>A lease without a heartbeat for this long, by the database's clock, may be taken over.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly TargetSessions _sessions;
    private readonly string _scope;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _heartbeat = Task.CompletedTask;

    private Lease(TargetSessions sessions, string scope, TimeProvider time)
    {
        _sessions = sessions;
        _scope = scope;
        _time = time;
    }

    public Guid Epoch => _sessions.Epoch;

    /// <summary>Cancelled once another runner holds the lease, or the database cannot be reached for longer than the lease lasts.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lease for a run, from nobody, from the same run's dead runner, or from one that has not been heard of.</summary>
    /// <param name="sessions">The new holder's sessions; their epoch becomes the lease's.</param>
    /// <param name="scope">The target's schema.</param>
    /// <param name="run">The run's row, which exists already.</param>
    /// <param name="holder">Host and process, for people.</param>
    /// <param name="time">Times the heartbeat.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The lease, or who holds it.</returns>
    public static async Task<(Lease? Lease, LeaseHolder? Holder)> TryTakeAsync(
        TargetSessions sessions, string scope, Guid run, string holder, TimeProvider time, CancellationToken cancellation)
    {
        var epoch = sessions.Epoch;
        await using var session = await sessions.RentAsync(cancellation);
        var connection = session.Connection;
        while (true)
        {
            var current = await ReadAsync(connection, scope, cancellation);
            if (current is null)
            {
                if (await InsertAsync(connection, scope, run, epoch, holder, cancellation)) break;
                continue;
            }
            if (current.Alive && current.Heartbeat < Expiry) return (null, new LeaseHolder(current.Run, current.Holder, current.Heartbeat));
            await EndBackendsAsync(connection, current.Epoch, cancellation);
            if (await ReplaceAsync(connection, scope, current.Epoch, run, epoch, holder, cancellation)) break;
        }
        session.Keep();
        var lease = new Lease(sessions, scope, time);
        lease._heartbeat = lease.BeatAsync();
        return (lease, null);
    }

    /// <summary>Locks the epoch for the transaction at hand, or fails: a successor has taken over.</summary>
    public async Task HoldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT 1 FROM godwit.leases WHERE scope = $1 AND epoch = $2 FOR KEY SHARE", connection, transaction)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        if (await command.ExecuteScalarAsync(cancellation) is null) throw Gone();
    }

    /// <summary>Gives the lease up, so that the next run need not wait for it to expire.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        await StopAsync();
        await using var session = await _sessions.RentAsync(cancellation);
        await using var command = new NpgsqlCommand("DELETE FROM godwit.leases WHERE scope = $1 AND epoch = $2", session.Connection)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
        session.Keep();
    }

    /// <summary>Whether the database says that another runner holds the lease, or nobody; false when it cannot be asked.</summary>
    public async Task<bool> IsGoneAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = await _sessions.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand("SELECT NOT EXISTS (SELECT FROM godwit.leases WHERE scope = $1 AND epoch = $2)", connection)
            {
                Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
            };
            return await command.ExecuteScalarAsync(cancellation) is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    internal static LeaseLostException Gone(Exception? cause = null) => new("another runner has taken this run over; this one has written nothing since", cause);

    private sealed record Current(Guid Epoch, Guid Run, string Holder, TimeSpan Heartbeat, bool Alive);

    private static async Task<Current?> ReadAsync(NpgsqlConnection connection, string scope, CancellationToken cancellation)
    {
        // A holder without a single backend has died or lost its connection; waiting for its lease to expire would help nobody.
        await using var command = new NpgsqlCommand(
            """
            SELECT l.epoch, l.run, l.holder, clock_timestamp() - l.heartbeat,
                   -- Another role's application_name is hidden from us: such a holder counts as alive until its lease expires.
                   l.role <> current_user OR EXISTS (
                       SELECT FROM pg_stat_activity a
                       WHERE a.datname = current_database() AND starts_with(a.application_name, 'godwit ' || left(replace(l.epoch::text, '-', ''), 8)))
            FROM godwit.leases l WHERE l.scope = $1
            """, connection)
        { Parameters = { new() { Value = scope } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new Current(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetTimeSpan(3), reader.GetBoolean(4));
    }

    private static async Task<bool> InsertAsync(NpgsqlConnection connection, string scope, Guid run, Guid epoch, string holder, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO godwit.leases (scope, epoch, run, holder, heartbeat) VALUES ($1, $2, $3, $4, clock_timestamp()) ON CONFLICT (scope) DO NOTHING", connection)
        {
            Parameters = { new() { Value = scope }, new() { Value = epoch }, new() { Value = run }, new() { Value = holder } },
        };
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private static async Task EndBackendsAsync(NpgsqlConnection connection, Guid epoch, CancellationToken cancellation)
    {
        while (true)
        {
            await using var command = new NpgsqlCommand(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, $1)
                """, connection)
            { Parameters = { new() { Value = TargetSessions.NameOf(epoch) } } };
            if (await command.ExecuteScalarAsync(cancellation) is 0L) return;
            await Task.Delay(Poll, cancellation);
        }
    }

    private static async Task<bool> ReplaceAsync(
        NpgsqlConnection connection, string scope, Guid old, Guid run, Guid epoch, string holder, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // FOR UPDATE conflicts with the workers' FOR KEY SHARE: whatever the predecessor still had open is over once this returns.
        await using var command = new NpgsqlCommand(
            """
            WITH held AS (SELECT scope FROM godwit.leases WHERE scope = $1 AND epoch = $2 FOR UPDATE)
            UPDATE godwit.leases l SET epoch = $3, run = $4, holder = $5, role = current_user, heartbeat = clock_timestamp() FROM held WHERE l.scope = held.scope
            """, connection, transaction)
        {
            Parameters = { new() { Value = scope }, new() { Value = old }, new() { Value = epoch }, new() { Value = run }, new() { Value = holder } },
        };
        var replaced = await command.ExecuteNonQueryAsync(cancellation) == 1;
        await transaction.CommitAsync(cancellation);
        return replaced;
    }

    private async Task BeatAsync()
    {
        var lastSuccess = _time.GetTimestamp();
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await using var session = await _sessions.RentAsync(_stop.Token);
                    await using var command = new NpgsqlCommand(
                        "UPDATE godwit.leases SET heartbeat = clock_timestamp() WHERE scope = $1 AND epoch = $2", session.Connection)
                    {
                        Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
                    };
                    if (await command.ExecuteNonQueryAsync(_stop.Token) == 0) break;
                    session.Keep();
                    lastSuccess = _time.GetTimestamp();
                }
                catch (NpgsqlException) when (_time.GetElapsedTime(lastSuccess) < Expiry)
                {
                    // The workers meet the same fault and report it; the heartbeat keeps trying until the lease is over.
                }
                catch (NpgsqlException)
                {
                    break;
                }
                await Task.Delay(HeartbeatInterval, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped on purpose: the lease is not lost.
            return;
        }
        await _lost.CancelAsync();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _heartbeat;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _lost.Dispose();
        _stop.Dispose();
    }
}
