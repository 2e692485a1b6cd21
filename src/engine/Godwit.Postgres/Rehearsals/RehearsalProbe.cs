using Godwit.Engine.Rehearsals;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Rehearsals;

/// <summary>
/// Looks at the locks of a copy (https://www.postgresql.org/docs/current/view-pg-locks.html), and at how far its log is. A transaction of the run tells which it holds just before it
/// commits, exactly, and that it held none longer than it lasted. Beside that all sessions of the run are looked at many times a second: that misses what is shorter than the time
/// between two looks, and sees of a longer one at most two looks less than it lasted.
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

    /// <summary>What the transaction at hand holds, and for how long at most.</summary>
    private const string Held = """
        SELECT l.relation, l.mode, (extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint FROM pg_catalog.pg_locks l
        WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.mode <> 'AccessShareLock' AND l.relation >= 16384
        """;

    private const string Names = """
        SELECT c.oid, n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> ALL ('{godwit,pg_catalog,information_schema,pg_toast}')
        """;

    private readonly PostgresSource _source;
    private readonly NpgsqlConnection _looks, _log;
    private readonly Dictionary<(string Relation, string Mode), long> _held = [];
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
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
        lock (_gate)
        {
            _seen.Clear();
            _held.Clear();
        }
        _from = Log();
    }

    public ProbeSight End()
    {
        var grown = Math.Max(0, Log() - _from);
        lock (_gate)
        {
            var sampled = _seen.ToLookup(s => (s.Key.Relation, s.Key.Mode));
            var locks = sampled.Select(g => g.Key).Union(_held.Keys)
                .Select(k => new RehearsedLock(k.Relation, k.Mode, Longest(sampled[k], granted: true), Longest(sampled[k], granted: false)) { MostMilliseconds = _held.TryGetValue(k, out var most) ? most : null })
                .OrderByDescending(l => Strength(l.Mode)).ThenByDescending(l => l.HeldMilliseconds).ThenBy(l => l.Relation, StringComparer.Ordinal).Take(MostLocks);
            return new ProbeSight(grown, [.. locks]);
        }
    }

    /// <summary>Notes what a transaction of the run holds. Those on what it made itself keep nobody waiting: this session does not see them yet.</summary>
    public async Task LookAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        var held = new List<(uint Relation, string Mode, long Most)>();
        await using (var command = new NpgsqlCommand(Held, connection, transaction))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) held.Add((reader.GetFieldValue<uint>(0), reader.GetString(1), reader.GetInt64(2)));
        }
        if (held.Count == 0) return;
        var names = await NamesAsync([.. held.Select(h => h.Relation).Distinct()], cancellation);
        lock (_gate)
        {
            foreach (var (relation, mode, most) in held.Where(h => names.ContainsKey(h.Relation)))
                _held[(names[relation], mode)] = Math.Max(most, _held.GetValueOrDefault((names[relation], mode)));
        }
    }

    private async Task<Dictionary<uint, string>> NamesAsync(uint[] relations, CancellationToken cancellation)
    {
        var names = new Dictionary<uint, string>();
        await _turn.WaitAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand(Names, _log) { Parameters = { new() { Value = relations, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid } } };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) names[reader.GetFieldValue<uint>(0)] = reader.GetString(1);
            return names;
        }
        finally
        {
            _turn.Release();
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
        _turn.Wait();
        try
        {
            using var command = new NpgsqlCommand("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", _log);
            return (long)command.ExecuteScalar()!;
        }
        finally
        {
            _turn.Release();
        }
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
        _turn.Dispose();
    }
}
