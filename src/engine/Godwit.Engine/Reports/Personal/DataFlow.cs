using Godwit.Engine.Rehearsals;

namespace Godwit.Engine.Reports.Personal;

/// <summary>Where personal data went: from column to column, into backups, and into copies for rehearsals.</summary>
internal static class DataFlow
{
    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var entry in context.Personal.Entries)
        {
            foreach (var touch in entry.Touches.Where(t => t is { Done: true, Other: not null }))
                rows.Add(touch.Writes ? [touch.Other!, entry.Column.Name, $"step {touch.By}", touch.How, Count(touch.Rows)] : [entry.Column.Name, touch.Other!, $"step {touch.By}", touch.How, Count(touch.Rows)]);
        }
        var holds = $"the target ({context.Personal.Entries.Count} declared columns)";
        foreach (var backup in BackupNames(context)) rows.Add([holds, $"backup {backup.Name}", backup.By, "encrypted files (AES-256-GCM), signed manifest", backup.Copies]);
        foreach (var copy in Rehearsed(context))
            rows.Add([$"backup {copy.Copy.Backup}", $"the copy of rehearsal {copy.Id.ToString()[..8]}, thrown away {ReportText.AtSecond(copy.EndedAt)}", "`godwit rehearse`", copy.Copy.Anonymised ? "masked before anything was rehearsed" : "none: as it is", ""]);
        yield return new ReportBlock.Heading("Data flow", 2);
        if (rows.Count == 0) yield return new ReportBlock.Paragraph("Nothing on record shows that declared data went anywhere.");
        else yield return new ReportBlock.Table(["from", "to", "by", "protection on the way", "rows or copies"], [.. rows.DistinctBy(r => string.Join('\0', r), StringComparer.Ordinal)]);
    }

    /// <summary>What else holds the data, in a few words each.</summary>
    public static IEnumerable<string> Copies(ReportContext context)
    {
        foreach (var backup in BackupNames(context)) yield return $"backup {backup.Name}";
        var rehearsed = Rehearsed(context);
        if (rehearsed.Count > 0) yield return $"copies for rehearsals: {rehearsed.Count}, thrown away since, {rehearsed.Count(r => r.Copy.Anonymised)} of them masked";
    }

    private static IEnumerable<(string Name, string By, string Copies)> BackupNames(ReportContext context) =>
        context.Notes.OfSteps(context.Record.Run.Plan, "backup").SelectMany(n => n.Evidence.Where(e => e.Key == "backup").Select(e => (e.Value, $"step {n.Text("step")}", n.Evidence.FirstOrDefault(c => c.Key == "copies").Value ?? "")))
            .Concat(context.Notes.Passed("backup").Select(g => (g.Saw("backup"), $"known to gate {g.Id}", g.Saw("copies")))).Where(b => b.Item1.Length > 0).DistinctBy(b => b.Item1, StringComparer.Ordinal);

    private static IReadOnlyList<RehearsalRecord> Rehearsed(ReportContext context) => context.Record.Rehearsals?.Taken ?? [];

    private static string Count(long? rows) => rows is { } known ? ReportText.Count(known) : "";
}
