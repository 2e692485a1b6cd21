using System.Globalization;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Lag;

/// <summary>https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW</summary>
internal sealed class LagGate(TimeSpan most, long? mostBytes, int replicas, string[] names) : IGate
{
    private const int MostReplicas = 1000;

    /// <summary>How long replicas are followed that may be further behind than that.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        try
        {
            var seen = await context.Target.InTransactionAsync(s_terms, ReadAsync, cancellation);
            var evidence = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (i, replica) in seen.Index()) evidence[$"{i + 1} {replica.Name}"] = replica.ToString();
            var counted = seen.Where(r => names.Length == 0 || names.Contains(r.Name, StringComparer.Ordinal)).ToList();
            var verdict = Judge(counted);
            if (verdict.State == GateState.Pass) verdict = await FollowAsync(context, [.. counted.Where(r => r.Bytes > 0)], verdict, cancellation);
            return verdict with { Evidence = evidence };
        }
        catch (TargetFaultException fault)
        {
            return new GateVerdict(GateState.NoData, CheckRunner.Describe(fault));
        }
    }

    /// <summary>
    /// What a replica says of its lag is of what it replayed last: one that replays nothing any more goes on saying it. So those that are behind are followed until they have
    /// replayed what was written when they were looked at, for as long as they may be behind, and not for ever.
    /// </summary>
    private async Task<GateVerdict> FollowAsync(GateContext context, List<Replica> behind, GateVerdict verdict, CancellationToken cancellation)
    {
        var limit = most < s_longest ? most : s_longest;
        var began = context.Time.GetTimestamp();
        while (behind.Count > 0)
        {
            var isOver = context.Time.GetElapsedTime(began) > limit;
            var now = await context.Target.InTransactionAsync(s_terms, ReadAsync, cancellation);
            behind.RemoveAll(r => now.Any(n => n.Process == r.Process && n.Replayed >= r.Written));
            if (isOver && behind.Find(r => most <= s_longest || !now.Any(n => n.Process == r.Process && n.Replayed > r.Replayed)) is { } late)
                return new GateVerdict(GateState.Fail, $"{late.Name} has not replayed within {DurationText.Write(limit)} what was written before: {now.FirstOrDefault(n => n.Process == late.Process) ?? late}");
            if (isOver) return verdict;
            if (behind.Count > 0) await Task.Delay(s_look, context.Time, cancellation);
        }
        return verdict;
    }

    private GateVerdict Judge(List<Replica> counted)
    {
        if (counted.Exists(r => r.State is null)) return new GateVerdict(GateState.NoData, "this role may not see how far replicas are: it needs pg_read_all_stats");
        if (counted.Count == 0 && replicas > 0) return new GateVerdict(GateState.NoData, "no replica that counts is connected");
        var streaming = counted.Where(r => r.State == "streaming").ToList();
        if (streaming.Count < replicas) return new GateVerdict(GateState.Fail, $"{streaming.Count} replicas are streaming, and {replicas} have to be");
        if (streaming.Find(r => r.Lag > most || r.Bytes > mostBytes) is { } behind) return new GateVerdict(GateState.Fail, $"{behind.Name} is behind: {behind}");
        return streaming.Find(r => r.Bytes is null) is { } silent
            ? new GateVerdict(GateState.Inconclusive, $"{silent.Name} has not said how far it is: {silent}")
            : new GateVerdict(GateState.Pass, $"{streaming.Count} replicas are at most {DurationText.Write(most)} behind");
    }

    private static async Task<IReadOnlyList<Replica>> ReadAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        // The lag is NULL too once a replica has caught up and nothing is written: then it has replayed all there is.
        var rows = await transaction.QueryAsync(
            """
            SELECT application_name, state, CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0::float8 ELSE (extract(epoch FROM replay_lag) * 1000)::float8 END,
                greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::int8, pg_wal_lsn_diff(replay_lsn, '0/0')::int8, pid
            FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup' ORDER BY application_name, pid
            """, MostReplicas, cancellation);
        return [.. rows.Select(r => new Replica((string?)r[0] ?? "", (string?)r[1], r[2] is double lag ? TimeSpan.FromMilliseconds(lag) : null, (long?)r[3], (long?)r[4], (int)r[5]!))];
    }

    private sealed record Replica(string Name, string? State, TimeSpan? Lag, long? Bytes, long? Replayed, int Process)
    {
        /// <summary>Where the log was.</summary>
        public long? Written => Replayed + Bytes;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{State ?? "hidden"}, {(Lag is { } lag ? $"{lag.TotalMilliseconds:0} ms" : "an unknown time")}, {(Bytes is { } bytes ? $"{bytes} bytes" : "unknown bytes")} behind");
    }
}
