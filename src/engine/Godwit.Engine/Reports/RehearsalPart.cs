using System.Globalization;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>What was rehearsed of the plan: when, on which copy, how long each part took, which locks it held, and what it left out.</summary>
internal static class RehearsalPart
{
    private const int MostLocks = 15;

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var count = context.Record.Rehearsals;
        yield return new ReportBlock.Heading("Rehearsals");
        if (count is null || count.Taken.Count == 0)
        {
            yield return new ReportBlock.Paragraph($"No rehearsal of this plan is on record{(count is { NotTaken.Count: > 0 } ? " that counts" : "")}: neither the way forward nor the way back was tried on a copy.");
            if (count is { NotTaken.Count: > 0 }) yield return new ReportBlock.Items(count.NotTaken);
            yield break;
        }
        var changed = RunOutcome.ChangedFrom(context.Record, context.Notes);
        var before = count.Taken.Count(r => r.EndedAt <= changed);
        yield return new ReportBlock.Paragraph($"{before} of {count.Taken.Count} ended before the run changed anything. Each restored a verified backup into a copy, went forward, back and forward again, and was thrown away; the records are signed.");
        yield return new ReportBlock.Table(["rehearsal", "ended", "outcome", "on backup", "data of", "masked", "restore", "forward", "back", "rows, about", "violations"], [.. count.Taken.Select(r => (IReadOnlyList<string>)
        [
            r.Id.ToString()[..8], ReportText.AtSecond(r.EndedAt), r.Outcome + (r.EndedAt <= changed ? "" : ", later"), r.Copy.Backup, ReportText.AtSecond(r.Copy.SnapshotAt), r.Copy.Anonymised ? "yes" : "no",
            Time(r.Copy.RestoreMilliseconds), ReportText.Long(RehearsalTimes.Forward(r)), ReportText.Long(RehearsalTimes.Back(r)), ReportText.Count(r.Rows.Values.Where(v => v > 0).Sum()), ReportText.Count(r.Violations.Count),
        ])]);
        foreach (var failed in count.Taken.Where(r => r.Outcome == RehearsalOutcome.Failed)) yield return new ReportBlock.Caution($"Rehearsal {failed.Id.ToString()[..8]} failed: {failed.Reason}");
        foreach (var block in Times(context, count)) yield return block;
        foreach (var block in Locks(count)) yield return block;
        var left = count.Taken.SelectMany(r => r.Skipped.Select(s => $"step {s.Key} was left out: {s.Value}").Concat(r.NotAsked.Select(n => $"{n.Key} ({n.Value}) was not asked"))
            .Concat(r.Shortened.Select(s => string.Create(CultureInfo.InvariantCulture, $"step {s.Key} waited less than the {s.Value} s of a real run")))).Distinct(StringComparer.Ordinal).ToList();
        if (left.Count > 0)
        {
            yield return new ReportBlock.Paragraph("What rehearsals did otherwise than the run, and so do not show:");
            yield return new ReportBlock.Items(left);
        }
        if (count.NotTaken.Count > 0) yield return new ReportBlock.Caution($"On record and not taken: {string.Join("; ", count.NotTaken)}");
    }

    private static IEnumerable<ReportBlock> Times(ReportContext context, RehearsalCount count)
    {
        if (count.Good.Count == 0) yield break;
        yield return new ReportBlock.Heading("Times: rehearsed and real", 2);
        yield return new ReportBlock.Table(["phase", "rehearsed forward", "in this run", "rehearsed back"], [.. context.Record.Run.Plan.Phases.Select(p =>
        {
            var row = context.Record.Run.Phases.FirstOrDefault(r => r.Phase == p.Phase);
            return (IReadOnlyList<string>)[PhaseNames.Of(p.Phase), Median(count.Good.Select(g => RehearsalTimes.Forward(g, p.Phase)?.Milliseconds)), ReportText.Long(row?.BeganAt, row?.EndedAt), Median(count.Good.Select(g => RehearsalTimes.Back(g, p.Phase)?.Milliseconds))];
        })]);
    }

    private static IEnumerable<ReportBlock> Locks(RehearsalCount count)
    {
        var locks =
            from record in count.Good
            from leg in record.Legs
            from phase in leg.Phases
            from step in phase.Steps
            from held in step.Locks
            group held by (step.Step, held.Relation, held.Mode, Back: RehearsalLegs.IsBack(leg.Name)) into same
            orderby same.Max(l => l.HeldMilliseconds) descending
            select (IReadOnlyList<string>)
            [
                same.Key.Back ? $"{same.Key.Step} (back)" : same.Key.Step, same.Key.Relation, same.Key.Mode, Time(same.Max(l => l.HeldMilliseconds)),
                same.Any(l => l.MostMilliseconds is null) ? "-" : Time(same.Max(l => l.MostMilliseconds!.Value)), Time(same.Max(l => l.WaitedMilliseconds)),
            ];
        var all = locks.ToList();
        if (all.Count == 0) yield break;
        yield return new ReportBlock.Heading("Locks on tables that were there before", 2);
        yield return new ReportBlock.Table(["step", "table", "lock", "held for at least", "for at most", "waited for"], [.. all.Take(MostLocks)]);
        var sampling = count.Good[0].Sampling;
        yield return new ReportBlock.Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"The longest of all rehearsals{(all.Count > MostLocks ? $", the first {MostLocks} of {all.Count}" : "")}; looked at every {sampling.EveryMilliseconds} ms: what was held outside a transaction for less may have been missed."));
    }

    private static string Median(IEnumerable<long?> times)
    {
        var known = times.OfType<long>().Order().ToList();
        return known.Count == 0 ? "-" : Time(known[known.Count / 2]);
    }

    private static string Time(long milliseconds) => ReportText.Long(TimeSpan.FromMilliseconds(milliseconds));
}
