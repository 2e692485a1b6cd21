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

    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        IReadOnlyList<Replica> seen;
        try
        {
            seen = await context.Target.InTransactionAsync(s_terms, ReadAsync, cancellation);
        }
        catch (TargetFaultException fault)
        {
            return new GateVerdict(GateState.NoData, CheckRunner.Describe(fault));
        }
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (i, replica) in seen.Index()) evidence[$"{i + 1} {replica.Name}"] = replica.ToString();
        var counted = seen.Where(r => names.Length == 0 || names.Contains(r.Name, StringComparer.Ordinal)).ToList();
        return Judge(counted) with { Evidence = evidence };
    }

    private GateVerdict Judge(List<Replica> counted)
    {
        if (counted.Exists(r => r.State is null)) return new GateVerdict(GateState.NoData, "this role may not see how far replicas are: it needs pg_read_all_stats");
        if (counted.Count == 0 && replicas > 0) return new GateVerdict(GateState.NoData, "no replica that counts is connected");
        var streaming = counted.Where(r => r.State == "streaming").ToList();
        if (streaming.Count < replicas) return new GateVerdict(GateState.Fail, $"{streaming.Count} replicas are streaming, and {replicas} have to be");
        if (streaming.Find(r => r.Lag > most || r.Bytes > mostBytes) is { } behind) return new GateVerdict(GateState.Fail, $"{behind.Name} is behind: {behind}");
        return streaming.Find(r => r.Lag is null || r.Bytes is null) is { } silent
            ? new GateVerdict(GateState.Inconclusive, $"{silent.Name} has not said how far it is: {silent}")
            : new GateVerdict(GateState.Pass, $"{streaming.Count} replicas are at most {DurationText.Write(most)} behind");
    }

    private static async Task<IReadOnlyList<Replica>> ReadAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        // The lag is NULL too once a replica has caught up and nothing is written: then it has replayed all there is.
        var rows = await transaction.QueryAsync(
            """
            SELECT application_name, state, CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0::float8 ELSE (extract(epoch FROM replay_lag) * 1000)::float8 END,
                greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::int8
            FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup' ORDER BY application_name, pid
            """, MostReplicas, cancellation);
        return [.. rows.Select(r => new Replica((string?)r[0] ?? "", (string?)r[1], r[2] is double lag ? TimeSpan.FromMilliseconds(lag) : null, (long?)r[3]))];
    }

    private sealed record Replica(string Name, string? State, TimeSpan? Lag, long? Bytes)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{State ?? "hidden"}, {(Lag is { } lag ? $"{lag.TotalMilliseconds:0} ms" : "an unknown time")}, {(Bytes is { } bytes ? $"{bytes} bytes" : "unknown bytes")} behind");
    }
}
