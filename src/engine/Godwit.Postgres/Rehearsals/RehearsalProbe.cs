using Godwit.Engine.Rehearsals;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Rehearsals;

/// <summary>
/// Looks at the locks of a copy many times a second (https://www.postgresql.org/docs/current/view-pg-locks.html), and at how far its log is. Sampling misses what is shorter than
/// the time between two looks, and sees of a longer one at most two looks less than it lasted.
/// </summary>
public sealed class RehearsalProbe : IRehearsalProbe, IAsyncDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(20);

    /// <summary>Of one step; the strongest are kept.</summary>
    private const int MostLocks = 30;

    /// <summary>Tables that are in use without Godwit: those that a transaction has just made are nobody else's, and are not in the catalog that this session sees.</summary>
    private const string Look = """
        SELECT l.pid::text || ' ' || l.virtualtransaction, n.nspname || '.' || c.relname, l.mode, l.granted
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE l.locktype = 'relation' AND a.datname = current_database() AND l.database = a.datid AND a.application_name LIKE 'godwit %' AND a.application_name NOT LIKE '% probe'
          AND l.mode <> 'AccessShareLock' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> ALL ('{godwit,pg_catalog,information_schema,pg_toast}')
        """;

    private readonly PostgresSource _source;
    private readonly NpgsqlConnection _looks, _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Holder, string Relation, string Mode, bool Granted), (long First, long Last)> _seen = [];
    private readonly Task _looking;
    private long _count;
    private long _from;

    private RehearsalProbe(PostgresSource source, NpgsqlConnection looks, NpgsqlConnection log, TimeProvider time)
    {
        (_source, _looks, _log, _time) = (source, looks, log, time);
        _looking = LookOnAsync();
    }

    public LockSampling Sampling => new((long)s_every.TotalMilliseconds, Interlocked.Read(ref _count));

    public static async Task<RehearsalProbe> StartAsync(PostgresTarget copy, TimeProvider time, CancellationToken cancellation)
    {
        var source = copy.OpenSource(new SessionSettings { RunId = "rehearse", Role = "probe" });
        return new RehearsalProbe(source, await source.OpenAsync(cancellation), await source.OpenAsync(cancellation), time);
    }

    public void Begin()
    {
        lock (_gate) _seen.Clear();
        _from = Log();
    }

    public ProbeSight End()
    {
        var grown = Math.Max(0, Log() - _from);
        lock (_gate)
        {
            var locks = _seen.GroupBy(s => (s.Key.Relation, s.Key.Mode))
                .Select(g => new RehearsedLock(g.Key.Relation, g.Key.Mode, Longest(g, granted: true), Longest(g, granted: false)))
                .OrderByDescending(l => Strength(l.Mode)).ThenByDescending(l => l.HeldMilliseconds).ThenBy(l => l.Relation, StringComparer.Ordinal).Take(MostLocks);
            return new ProbeSight(grown, [.. locks]);
        }
    }

    private long Longest(IEnumerable<KeyValuePair<(string Holder, string Relation, string Mode, bool Granted), (long First, long Last)>> seen, bool granted) =>
        seen.Where(s => s.Key.Granted == granted).Select(s => (long)_time.GetElapsedTime(s.Value.First, s.Value.Last).TotalMilliseconds).DefaultIfEmpty(0).Max();

    /// <summary>https://www.postgresql.org/docs/current/explicit-locking.html#TABLE-LOCK-COMPATIBILITY</summary>
    private static int Strength(string mode) => mode switch
    {
        "AccessExclusiveLock" => 7,
        "ExclusiveLock" => 6,
        "ShareRowExclusiveLock" => 5,
        "ShareLock" => 4,
        "ShareUpdateExclusiveLock" => 3,
        "RowExclusiveLock" => 2,
        _ => 1,
    };

    /// <summary>Bytes of the log so far. Asked while nothing of the runner's is under way.</summary>
    private long Log()
    {
        using var command = new NpgsqlCommand("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", _log);
        return (long)command.ExecuteScalar()!;
    }

    private async Task LookOnAsync()
    {
        try
        {
            while (true)
            {
                await LookAsync();
                await Task.Delay(s_every, _time, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NpgsqlException or ObjectDisposedException)
        {
            // Stopped, or the copy is gone, which the runner tells better; the number of looks says how long it was looked.
        }
    }

    private async Task LookAsync()
    {
        var at = _time.GetTimestamp();
        await using var command = new NpgsqlCommand(Look, _looks);
        await using var reader = await command.ExecuteReaderAsync(_stop.Token);
        var rows = new List<(string, string, string, bool)>();
        while (await reader.ReadAsync(_stop.Token)) rows.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        Interlocked.Increment(ref _count);
        lock (_gate)
        {
            foreach (var row in rows) _seen[row] = _seen.TryGetValue(row, out var seen) ? (seen.First, at) : (at, at);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        await _looks.DisposeAsync();
        await _log.DisposeAsync();
        await _source.DisposeAsync();
        _stop.Dispose();
    }
}
