using Godwit.Documents.Shapes;
using Godwit.Security.Signing;

namespace Godwit.Engine.Rehearsals;

/// <param name="Id">The row's.</param>
/// <param name="Text">The record, as it was signed.</param>
public sealed record StoredRehearsal(Guid Id, string Text);

/// <summary>
/// How many rehearsals count. Taken are records that a known key signed for this target and this plan, each once; of these the newest have to be good: a failed one makes those before
/// it count no more.
/// </summary>
/// <param name="Taken">The newest first, failed ones too.</param>
/// <param name="Good">The good ones before the newest failed one, the newest first.</param>
/// <param name="NotTaken">What is there and is not taken, and why.</param>
public sealed record RehearsalCount(IReadOnlyList<RehearsalRecord> Taken, IReadOnlyList<RehearsalRecord> Good, IReadOnlyList<string> NotTaken)
{
    /// <param name="stored">All of the runbook that are there.</param>
    /// <param name="plan">The plan's hash.</param>
    /// <param name="target">The target that they are for.</param>
    /// <param name="known">Whose signatures count.</param>
    public static RehearsalCount Of(IReadOnlyList<StoredRehearsal> stored, string plan, RehearsedTarget target, KnownSigners known)
    {
        var (taken, refused) = (new List<(RehearsalRecord Record, string Hash)>(), new List<string>());
        var hashes = stored.Select(s => RehearsalRecordText.HashOf(s.Text)).ToHashSet(StringComparer.Ordinal);
        foreach (var row in stored)
        {
            var (record, refusal) = RehearsalRecordText.Read(row.Text, known);
            if (record is null) Refuse(row.Id, refusal!);
            else if (record.Id != row.Id) Refuse(row.Id, $"it is a copy of {record.Id}");
            else if (record.Target != target) Refuse(row.Id, "it is for another database");
            else if (record.Previous is { } previous && !hashes.Contains(previous)) Refuse(row.Id, "the record before it is gone");
            else if (record.Plan == plan) taken.Add((record, row.Text));
        }
        var ordered = taken.Select(t => t.Record).OrderByDescending(r => r.EndedAt).ToList();
        return new RehearsalCount(ordered, [.. ordered.TakeWhile(r => r.Outcome == RehearsalOutcome.Good)], refused);

        void Refuse(Guid id, string why) => refused.Add($"rehearsal {id.ToString()[..8]}: {why}");
    }

    /// <summary>Those that count for somebody who demands this, the newest first.</summary>
    public IReadOnlyList<RehearsalRecord> Counted(RehearsalDemands demands) => [.. Good.Where(r => demands.CutDown || r.Copy.IsWhole).Take(demands.Count)];

    /// <summary>Why these are not enough; null when they are.</summary>
    public string? Missing(RehearsalDemands demands, DateTimeOffset now)
    {
        var counted = Counted(demands);
        if (counted.Count < demands.Count)
        {
            var failed = Taken.Count > Good.Count ? Taken[Good.Count] : null;
            var cut = Good.Count(r => !r.Copy.IsWhole);
            return $"{counted.Count} good rehearsal{(counted.Count == 1 ? "" : "s")} of this plan{(failed is null ? "" : " since one failed")}, and {demands.Count} are needed{(failed is { Reason: { } reason } ? $"; the one that failed: {reason}" : "")}{(cut > 0 && !demands.CutDown ? $"; {cut} on a copy that kept only the rows of some days {(cut == 1 ? "does" : "do")} not count" : "")}";
        }
        foreach (var record in counted)
        {
            if (Fault(record, demands, now) is { } fault) return $"rehearsal {record.Id.ToString()[..8]}: {fault}";
        }
        return null;
    }

    private static string? Fault(RehearsalRecord record, RehearsalDemands demands, DateTimeOffset now)
    {
        var (forward, back) = (RehearsalTimes.Forward(record), RehearsalTimes.Back(record));
        var rows = record.Rows.Values.Sum();
        if (record.EndedAt > now + TimeSpan.FromMinutes(1)) return "it ends in the future";
        if (demands.MaxAge is { } age && now - record.EndedAt > age) return $"it is older than {DurationText.Write(age)}";
        if (demands.CopyAge is { } copy && record.BeganAt - record.Copy.SnapshotAt > copy) return $"its copy was older than {DurationText.Write(copy)} when it began";
        if (demands.Within is { } within && forward > within) return $"the way forward took {Whole(forward)}, and may take {DurationText.Write(within)}";
        if (demands.BackWithin is { } limit && back > limit) return $"the way back took {Whole(back)}, and may take {DurationText.Write(limit)}";
        return demands.ForThousandRows is { } thousand && forward > thousand * Math.Max(1, rows / 1000.0)
            ? $"the way forward took {Whole(forward)} for {rows} rows, and may take {DurationText.Write(thousand)} for each thousand"
            : null;
    }

    private static string Whole(TimeSpan time) => DurationText.Write(TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)));
}
