using Godwit.Engine.Moves;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>
/// The right to write to one schema of the target: a row with a random epoch. Workers lock it FOR KEY SHARE in each transaction, which the
/// heartbeat's update does not disturb and a takeover waits for (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS).
/// </summary>
public sealed class Lease : IAsyncDisposable
{
    private readonly TargetSessions _sessions;
    private readonly string _scope;
    private readonly LeaseTerms _terms;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _heartbeat;

    /// <param name="sessions">The holder's sessions; their epoch is the lease's.</param>
    /// <param name="scope">The target's schema.</param>
    /// <param name="terms">When the lease expires.</param>
    /// <param name="time">Times the heartbeat.</param>
    internal Lease(TargetSessions sessions, string scope, LeaseTerms terms, TimeProvider time)
    {
        _sessions = sessions;
        _scope = scope;
        _terms = terms;
        _time = time;
        Lost = _lost.Token;
        _heartbeat = BeatAsync();
    }

    public Guid Epoch => _sessions.Epoch;

    /// <summary>Cancelled once another runner holds the lease, or the database has not answered for longer than the lease lasts.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Locks the epoch for the transaction at hand, or fails: a successor has taken over.</summary>
    public async Task HoldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CommitWait wait, CancellationToken cancellation)
    {
        // One round trip for both: thousands of small tables are thousands of transactions.
        var look = wait == CommitWait.None ? "set_config('synchronous_commit', 'off', true)" : "''";
        await using var command = new NpgsqlCommand($"SELECT {look} FROM godwit.leases WHERE scope = $1 AND epoch = $2 FOR KEY SHARE", connection, transaction)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        if (await command.ExecuteScalarAsync(cancellation) is null) throw new LeaseLostException();
    }

    /// <summary>
    /// Fails when a successor has taken over; for sessions that work outside transactions and lock nothing. One that was opened before the takeover and looked then
    /// is ended by it.
    /// </summary>
    public async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT FROM godwit.leases WHERE scope = $1 AND epoch = $2", connection)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) throw new LeaseLostException();
    }

    /// <summary>Whether the row says that another holds the lease. A database that does not answer says nothing.</summary>
    public async Task<bool> IsTakenAsync(CancellationToken cancellation)
    {
        await using var session = await _sessions.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM godwit.leases WHERE scope = $1 AND epoch = $2)", session.Connection)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        var taken = await command.ExecuteScalarAsync(cancellation) is false;
        session.Keep();
        return taken;
    }

    /// <summary>Gives the lease up in the transaction at hand: when that commits, the next run need not wait.</summary>
    internal async Task ReleaseAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("DELETE FROM godwit.leases WHERE scope = $1 AND epoch = $2", connection, transaction)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        if (await command.ExecuteNonQueryAsync(cancellation) == 0) throw new LeaseLostException();
    }

    private async Task BeatAsync()
    {
        var lastSuccess = _time.GetTimestamp();
        // Kept sessions may all have been ended with the server: after a fault only a new one tells.
        var afresh = false;
        while (!_stop.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            try
            {
                // An attempt that hangs is left behind: what it hangs on may never end.
                if (!await BeatOnceAsync(afresh).WaitAsync(_terms.Attempt, _time, _stop.Token)) break;
                (lastSuccess, afresh) = (began, false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // Stopped on purpose: the lease is not lost.
                return;
            }
            catch (Exception) when (_time.GetElapsedTime(lastSuccess, began) < _terms.Expiry)
            {
                // The workers meet the same fault and report it; the heartbeat keeps trying until the lease is over. What counts is when an attempt
                // began: a process that was stopped for longer than the lease asks once more before it gives up.
                afresh = true;
            }
            catch (Exception)
            {
                break;
            }
            if (!await PauseAsync()) return;
        }
        // Not waited for: the callbacks of a connection that never answers may hang.
        if (!_stop.IsCancellationRequested) _ = _lost.CancelAsync();
    }

    /// <summary>False when stopped meanwhile.</summary>
    private async Task<bool> PauseAsync()
    {
        try
        {
            await Task.Delay(_terms.Interval, _time, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>False when the lease is another's.</summary>
    private async Task<bool> BeatOnceAsync(bool afresh)
    {
        using var limit = new CancellationTokenSource(_terms.Attempt, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        await using var session = afresh ? await _sessions.OpenAsync(either.Token) : await _sessions.RentAsync(either.Token);
        await using var command = new NpgsqlCommand(
            "UPDATE godwit.leases SET heartbeat = clock_timestamp() WHERE scope = $1 AND epoch = $2", session.Connection)
        {
            Parameters = { new() { Value = _scope }, new() { Value = Epoch } },
        };
        var held = await command.ExecuteNonQueryAsync(either.Token) == 1;
        session.Keep();
        return held;
    }

    internal async Task StopAsync()
    {
        // Not waited for, as above; and the sources are left to the collector, since an attempt that was left behind may still use them.
        _ = _stop.CancelAsync();
        await _heartbeat;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
    }
}
