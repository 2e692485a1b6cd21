using System.Globalization;

namespace Godwit.Engine.Figures;

/// <summary>
/// How many seconds the slowest replica is behind. replay_lag is of what was replayed last, so that of a replica that replays nothing it goes on saying what it said
/// (https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW): where the log was, and when, is remembered until all have replayed that.
/// </summary>
internal sealed class ReplicationLag
{
    /// <summary>
    /// Null where no replica is connected: one that broke off is not there to be asked how far it is behind. The lag, what all have replayed, where the log is, and the
    /// server's time.
    /// </summary>
    public const string Query =
        """
        SELECT CASE WHEN count(*) > 0 AND count(*) FILTER (WHERE state IS NULL) = 0 THEN concat_ws(' ', round(max(coalesce(extract(epoch FROM replay_lag), 0))::numeric, 3),
            pg_wal_lsn_diff(min(coalesce(replay_lsn, '0/0')), '0/0'),
            pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0'), extract(epoch FROM clock_timestamp())) END
        FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'
        """;

    /// <summary>At one a second ten minutes: a replica that is further behind is late enough.</summary>
    private const int MostMarks = 600;

    // Where the log was and when, as far as some replica has not replayed it.
    private readonly Queue<(decimal Log, decimal At)> _marks = [];
    private decimal _last;

    /// <param name="answer">Of <see cref="Query"/>.</param>
    public decimal Read(string answer)
    {
        if (answer.Split(' ') is not [var lag, var replayed, var log, var now]) throw new FormatException("not the query's answer");
        var (written, at) = (Number(log), Number(now));
        // Another server that took over before it had all of the log.
        if (written < _last) _marks.Clear();
        _last = written;
        while (_marks.TryPeek(out var mark) && Number(replayed) >= mark.Log) _marks.Dequeue();
        var behind = _marks.TryPeek(out var oldest) ? at - oldest.At : 0;
        if (_marks.Count < MostMarks) _marks.Enqueue((written, at));
        return Math.Max(Math.Round(behind, 3), Number(lag));
    }

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
}
