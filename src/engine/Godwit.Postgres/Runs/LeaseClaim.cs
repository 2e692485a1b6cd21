using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>Who holds a lease that could not be taken.</summary>
public sealed record LeaseHolder(Guid Run, string Holder, TimeSpan SinceHeartbeat);

/// <summary>
/// A lease that may be taken: nobody has it, or whoever had it is gone. A takeover first ends the predecessor's backends and waits until they are
/// gone: a killed client's COPY may otherwise commit seconds later.
/// </summary>
internal sealed class LeaseClaim
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly string _scope;
    private readonly Guid? _replaces;

    private LeaseClaim(string scope, Guid? replaces)
    {
        _scope = scope;
        _replaces = replaces;
    }

    /// <param name="connection">A session outside any transaction: a transaction sees one picture of pg_stat_activity only.</param>
    /// <param name="scope">The target's schema.</param>
    /// <param name="waiting">Told once when a holder that gives no sign of life is waited for; null does not wait.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The claim, or who holds the lease and is alive.</returns>
    public static async Task<(LeaseClaim? Claim, LeaseHolder? Holder)> StakeAsync(
        NpgsqlConnection connection, string scope, Action<LeaseHolder>? waiting, CancellationToken cancellation)
    {
        Current? first = null;
        while (true)
        {
            if (await ReadAsync(connection, scope, cancellation) is not { } current) return (new LeaseClaim(scope, replaces: null), null);
            if (!current.HasSessions || current.SinceHeartbeat >= current.Lasts)
            {
                await EndBackendsAsync(connection, current.Epoch, cancellation);
                return (new LeaseClaim(scope, current.Epoch), null);
            }
            // A holder whose heartbeat moves on lives; one that was killed may have sessions for a while, until its server notices.
            if (waiting is null || (first is not null && (first.Epoch != current.Epoch || first.Heartbeat != current.Heartbeat)))
                return (null, new LeaseHolder(current.Run, current.Holder, current.SinceHeartbeat));
            if (first is null) waiting(new LeaseHolder(current.Run, current.Holder, current.SinceHeartbeat));
            first ??= current;
            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Takes the lease in the transaction at hand, which does not end before the predecessor's last one has. False: another was faster.</summary>
    public async Task<bool> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, Guid epoch, string holder, LeaseTerms terms, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            _replaces is null
                ? """
                  INSERT INTO godwit.leases (scope, epoch, run, holder, lasts, heartbeat) VALUES ($1, $2, $3, $4, $5, clock_timestamp())
                  ON CONFLICT (scope) DO NOTHING
                  """
                // FOR UPDATE conflicts with the workers' FOR KEY SHARE: whatever the predecessor still had open is over once this returns.
                : """
                  WITH held AS (SELECT scope FROM godwit.leases WHERE scope = $1 AND epoch = $6 FOR UPDATE)
                  UPDATE godwit.leases l SET epoch = $2, run = $3, holder = $4, lasts = $5, role = current_user, heartbeat = clock_timestamp()
                  FROM held WHERE l.scope = held.scope
                  """,
            connection, transaction)
        {
            Parameters = { new() { Value = _scope }, new() { Value = epoch }, new() { Value = run }, new() { Value = holder }, new() { Value = terms.Expiry } },
        };
        if (_replaces is { } replaced) command.Parameters.Add(new NpgsqlParameter { Value = replaced });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>After the takeover has committed: a session that was opened between the first look and now, and still found its epoch, goes too.</summary>
    public Task EndLateBackendsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        _replaces is { } replaced ? EndBackendsAsync(connection, replaced, cancellation) : Task.CompletedTask;

    private sealed record Current(Guid Epoch, Guid Run, string Holder, DateTime Heartbeat, TimeSpan SinceHeartbeat, TimeSpan Lasts, bool HasSessions);

    private static async Task<Current?> ReadAsync(NpgsqlConnection connection, string scope, CancellationToken cancellation)
    {
        // A holder without a single session has died or lost its connection; waiting for its lease to expire would help nobody.
        await using var command = new NpgsqlCommand(
            """
            SELECT l.epoch, l.run, l.holder, l.heartbeat, clock_timestamp() - l.heartbeat, l.lasts,
                   -- Another role's application_name is hidden from us: such a holder counts as alive until its lease expires.
                   l.role <> current_user OR EXISTS (
                       SELECT FROM pg_stat_activity a
                       WHERE a.datname = current_database() AND starts_with(a.application_name, 'godwit ' || left(replace(l.epoch::text, '-', ''), 8)))
            FROM godwit.leases l WHERE l.scope = $1
            """, connection)
        { Parameters = { new() { Value = scope } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Current(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetDateTime(3), reader.GetTimeSpan(4), reader.GetTimeSpan(5), reader.GetBoolean(6))
            : null;
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
}
