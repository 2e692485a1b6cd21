using System.Globalization;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runs;
using Godwit.Postgres.Rehearsals;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Gates.Rehearsed;

internal sealed class RehearsedGate(RehearsalDemands demands, Func<KnownSigners> known) : IGate
{
    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        try
        {
            return await context.Target.InTransactionAsync(s_terms, (transaction, token) => JudgeAsync(context, transaction, token), cancellation);
        }
        catch (TargetFaultException fault)
        {
            return new GateVerdict(GateState.NoData, CheckRunner.Describe(fault));
        }
        catch (SigningKeyException fault)
        {
            return new GateVerdict(GateState.NoData, fault.Message);
        }
    }

    private static string OnCopy(RehearsedCopy copy) =>
        (copy.Anonymised ? ", masked" : "")
        + (copy.IsWhole ? "" : string.Create(CultureInfo.InvariantCulture, $", cut down to {copy.Kept?.After} of {copy.Kept?.Before} rows{(copy.Days is { } days ? $" ({days} days)" : "")}"));

    private async Task<GateVerdict> JudgeAsync(GateContext context, IRunTransaction transaction, CancellationToken cancellation)
    {
        var run = (await transaction.QueryAsync("SELECT target_schema, plan_hash FROM godwit.runs WHERE id = $1", 1, cancellation, context.Run))[0];
        var (runbook, plan) = ((string)run[0]!, (string)run[1]!);
        var identity = (await transaction.QueryAsync(RehearsalRows.IdentityQuery, 1, cancellation))[0];
        var rows = await transaction.QueryAsync(RehearsalRows.Query, RehearsalRows.Most, cancellation, runbook);
        var count = RehearsalCount.Of([.. rows.Select(r => new StoredRehearsal((Guid)r[0]!, (string)r[1]!))], plan, new RehearsedTarget((string)identity[0]!, (string)identity[1]!), known());
        var missing = count.Missing(demands, new DateTimeOffset((DateTime)identity[2]!, TimeSpan.Zero));
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["plan"] = plan };
        foreach (var (i, record) in count.Counted(demands).Index())
        {
            evidence[string.Create(CultureInfo.InvariantCulture, $"rehearsal {i + 1}")] = string.Create(
                CultureInfo.InvariantCulture,
                $"{record.Id}, ended {record.EndedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, on backup {record.Copy.Backup} of {record.Copy.SnapshotAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z{OnCopy(record.Copy)}, forward {RehearsalTimes.Forward(record).TotalSeconds:0.0} s, back {RehearsalTimes.Back(record).TotalSeconds:0.0} s, left out: {(record.Skipped.Count == 0 ? "nothing" : string.Join(", ", record.Skipped.Keys))}");
        }
        if (count.NotTaken.Count > 0) evidence["not taken"] = string.Join("; ", count.NotTaken.Take(20));
        var others = count.NotTaken.Count == 0 ? "" : $" ({count.NotTaken.Count} on record {(count.NotTaken.Count == 1 ? "is" : "are")} not taken: {count.NotTaken[0]})";
        return missing is null
            ? new GateVerdict(GateState.Pass, $"the newest {demands.Count} rehearsal{(demands.Count == 1 ? "" : "s")} of this plan {(demands.Count == 1 ? "was" : "were")} good") { Evidence = evidence }
            : new GateVerdict(GateState.Fail, $"{missing}{others}; `godwit rehearse` makes them") { Evidence = evidence };
    }
}
