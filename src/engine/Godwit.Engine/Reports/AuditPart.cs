using Godwit.Engine.Audit;
using Godwit.Engine.Gates.Audit;

namespace Godwit.Engine.Reports;

/// <summary>What security audits of the run saw, before, during and after it.</summary>
internal static class AuditPart
{
    private static readonly HashSet<string> s_own = new(StringComparer.Ordinal) { AuditVerdict.Marker, AuditVerdict.Prints, AuditVerdict.Unseen };

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        yield return new ReportBlock.Heading("Security audits");
        var audits = context.Notes.Gates.Where(g => g.Kind == AuditGateKind.KindName).ToList();
        if (audits.Count == 0)
        {
            yield return new ReportBlock.Paragraph("This run audited nothing: it has no gate of the kind audit. Nothing here is said of roles, rights, TLS, headers or the ages of keys.");
            yield break;
        }
        yield return new ReportBlock.Table(["entry", "asked at", "before", "gate", "answer", "what was looked at", "what came of it"], [.. audits.Select(a => (IReadOnlyList<string>)
            [ReportText.Count(a.Note.Number), ReportText.AtSecond(a.Note.Entry.At), a.Phase, a.Id, a.State, a.Saw(AuditVerdict.Marker), a.Summary])]);
        foreach (var audit in audits.GroupBy(a => a.Id, StringComparer.Ordinal).Select(g => g.Last()))
        {
            var found = (audit.Evidence ?? []).Where(e => !s_own.Contains(e.Key)).ToList();
            if (found.Count == 0) continue;
            yield return new ReportBlock.Heading($"What {audit.Id} found, could not see, or was told to ignore", 2);
            yield return new ReportBlock.Table(["check", "what was seen"], [.. found.Select(f => (IReadOnlyList<string>)[f.Key, f.Value?.ToString() ?? ""])]);
        }
        yield return new ReportBlock.Paragraph("An audit looks for what is known to be weak; that it found nothing does not make a system secure.");
    }
}
