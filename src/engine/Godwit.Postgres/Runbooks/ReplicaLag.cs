using System.Globalization;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>How far the target's replicas are behind it, for whoever looks at a run (https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW).</summary>
public static class ReplicaLag
{
    /// <returns>In one sentence; null when the target has no replica.</returns>
    public static async Task<string?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*), count(*) FILTER (WHERE state IS NULL), coalesce(max(extract(epoch FROM replay_lag))::float8, 0),
                coalesce(max(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, replay_lsn)), 0)::int8
            FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (count, hidden) = (reader.GetInt64(0), reader.GetInt64(1));
        if (count == 0) return null;
        var who = count == 1 ? "1 replica" : $"{count} replicas";
        if (hidden > 0) return $"{who}, whose lag this role may not see (pg_read_all_stats)";
        return string.Create(CultureInfo.InvariantCulture, $"{who}, at most {reader.GetDouble(2):0.0} s and {Math.Max(0, reader.GetInt64(3)):N0} bytes behind");
    }
}
