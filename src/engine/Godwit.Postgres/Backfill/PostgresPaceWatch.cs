using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Backfill;

/// <summary>
/// Reads lag, lock waits and WAL from the server's statistics. None of it needs a right but the lag, whose columns are NULL without pg_read_all_stats
/// (https://www.postgresql.org/docs/current/monitoring-stats.html); what cannot be seen is said, and the pace does without it.
/// </summary>
internal sealed class PostgresPaceWatch : IPaceWatch
{
    /// <summary>
    /// pg_stat_get_wal_senders shows others' rows without their columns to who lacks the right. replay_lag is of what was replayed last: of a replica that
    /// replays nothing it says nothing.
    /// </summary>
    private const string Lag =
        """
        SELECT count(*), count(state), coalesce(extract(epoch FROM max(replay_lag)), 0)::float8, pg_catalog.pg_wal_lsn_diff(min(replay_lsn), '0/0')::int8,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::int8, extract(epoch FROM clock_timestamp())::float8
        FROM pg_catalog.pg_stat_replication WHERE state IS DISTINCT FROM 'backup'
        """;

    /// <summary>Positions that are remembered, about one a second: a replica that is further behind is late enough.</summary>
    private const int MostMarks = 600;

    /// <summary>Sessions of this database that wait, Godwit's own left out: those wait for the application, not the other way round.</summary>
    private const string Waiters =
        """
        SELECT count(DISTINCT l.pid) FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
        WHERE NOT l.granted AND a.datname = current_database() AND a.application_name <> current_setting('application_name')
        """;

    /// <summary>A pace of max_wal_size (in MB) per checkpoint_timeout (in seconds) is where checkpoints begin to be forced by volume.</summary>
    private const string Wal =
        """
        SELECT wal_bytes::float8, extract(epoch FROM clock_timestamp())::float8, extract(epoch FROM stats_reset)::float8,
            (SELECT setting::float8 * 1048576 FROM pg_catalog.pg_settings WHERE name = 'max_wal_size')
            / (SELECT setting::float8 FROM pg_catalog.pg_settings WHERE name = 'checkpoint_timeout')
        FROM pg_catalog.pg_stat_wal
        """;

    private readonly Dictionary<string, string> _unseen = new(StringComparer.Ordinal);
    // Where the WAL was and when, as far as some replica has not replayed it.
    private readonly Queue<(long Lsn, double At)> _marks = [];
    private (double Bytes, double At, double? Reset)? _before;

    public IReadOnlyList<string> Unseen => [.. _unseen.Values];

    public async Task<PaceSigns> ReadAsync(IRunSession session, CancellationToken cancellation) => new(
        ProbeP99: null,
        await SeeAsync("replica lag", () => LagAsync(session, cancellation)),
        await SeeAsync("lock waits", () => WaitersAsync(session, cancellation)),
        await SeeAsync("WAL", () => WalAsync(session, cancellation)));

    private async Task<TimeSpan?> LagAsync(IRunSession session, CancellationToken cancellation)
    {
        var row = (await session.QueryAsync(Lag, 1, cancellation))[0];
        if ((long)row[0]! == 0) return null;
        if ((long)row[1]! > 0)
        {
            var now = (double)row[5]!;
            while (_marks.TryPeek(out var mark) && row[3] is long replayed && replayed >= mark.Lsn) _marks.Dequeue();
            var behind = _marks.TryPeek(out var oldest) ? now - oldest.At : 0;
            if (_marks.Count < MostMarks) _marks.Enqueue(((long)row[4]!, now));
            return TimeSpan.FromSeconds(Math.Max(behind, (double)row[2]!));
        }
        _unseen["replica lag"] = "replica lag (it takes the role pg_read_all_stats, which pg_monitor has)";
        return null;
    }

    private static async Task<long?> WaitersAsync(IRunSession session, CancellationToken cancellation) => (long)(await session.QueryAsync(Waiters, 1, cancellation))[0][0]!;

    private async Task<double?> WalAsync(IRunSession session, CancellationToken cancellation)
    {
        var row = (await session.QueryAsync(Wal, 1, cancellation))[0];
        var now = (Bytes: (double)row[0]!, At: (double)row[1]!, Reset: (double?)row[2]);
        var before = _before;
        _before = now;
        // Somebody has reset the counters in between.
        if (before is not { } then || then.Reset != now.Reset || now.At <= then.At || row[3] is not double limit) return null;
        return (now.Bytes - then.Bytes) / (now.At - then.At) / limit;
    }

    /// <summary>A server that refuses a question is asked again the next time, a provider may have closed it for good.</summary>
    private async Task<T?> SeeAsync<T>(string what, Func<Task<T?>> see)
        where T : struct
    {
        try
        {
            return await see();
        }
        catch (TargetFaultException fault) when (fault.Fault is TargetFault.Refused)
        {
            _unseen[what] = $"{what} (the server refuses it, SQLSTATE {fault.SqlState})";
            return null;
        }
    }
}
