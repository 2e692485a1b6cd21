using System.Globalization;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.Journal;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>Which backup there was, how old it was when a gate asked, how it was verified and how long a restore takes; and what was restored.</summary>
public static class BackupPart
{
    internal static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var (record, notes) = (context.Record, context.Notes);
        var plan = record.Run.Plan;
        var gates = notes.Gates.Where(g => g.Kind == "backup").ToList();
        var steps = notes.OfSteps(plan, "backup", "restore").Where(n => n.Evidence.Any()).ToList();
        yield return new ReportBlock.Heading("Backups");
        if (gates.Count == 0 && steps.Count == 0) yield return new ReportBlock.Caution("This run neither asked for a backup nor took one: nothing here shows that there was one.");
        if (plan.Backups is { } settings) yield return new ReportBlock.Facts(Facts(BackupSettings.Read(settings)));
        if (gates.Count > 0)
        {
            yield return new ReportBlock.Table(["entry", "asked at", "before", "answer", "backup", "data of", "age then", "copies", "restore takes about", "what it saw"], [.. gates.Select(g => (IReadOnlyList<string>)
            [
                ReportText.Count(g.Note.Number), ReportText.AtSecond(g.Note.Entry.At), g.Phase, g.State, g.Saw("backup"), ReportText.AtSecond(g.Saw("snapshot")), g.Saw("age"), g.Saw("copies"),
                g.Saw("restore takes about"), g.Summary,
            ])]);
        }
        if (steps.Count > 0)
        {
            yield return new ReportBlock.Heading("Taken and restored by steps", 2);
            yield return new ReportBlock.Table(["entry", "at", "step", "what was seen"], [.. steps.Select(s => (IReadOnlyList<string>)
                [ReportText.Count(s.Number), ReportText.AtSecond(s.Entry.At), s.Text("step"), string.Join("; ", s.Evidence.Select(e => $"{e.Key}: {(e.Key == "snapshot" ? ReportText.AtSecond(e.Value) : e.Value)}"))])]);
        }
        foreach (var block in Destinations(context, Named(context))) yield return block;
        foreach (var block in Restored(context)) yield return block;
    }

    /// <summary>The backups that gates and steps of the run name.</summary>
    public static IReadOnlyList<string> Named(RunRecord record) => Named(RunNotes.Of(record), record.Run.Plan);

    private static IReadOnlyList<string> Named(ReportContext context) => Named(context.Notes, context.Record.Run.Plan);

    private static IReadOnlyList<string> Named(RunNotes notes, RunbookPlan plan) =>
    [
        .. notes.Gates.Where(g => g.Kind == "backup").Select(g => g.Saw("backup"))
            .Concat(notes.OfSteps(plan, "backup", "restore").SelectMany(n => n.Evidence.Where(e => e.Key == "backup").Select(e => e.Value))).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal),
    ];

    private static List<IReadOnlyList<string>> Facts(BackupSettings settings) =>
    [
        ["method", settings.Method switch
        {
            BackupMethod.Physical when settings.PgBackRest is { } stanza => $"pgBackRest of the whole server, into its stanza {stanza.Stanza}, which keeps and expires them; the destinations hold what they have to be",
            BackupMethod.Physical => "pg_basebackup of the whole server, with its log",
            _ => "pg_dump of the database",
        }],
        ["destinations", string.Join(", ", settings.Destinations.Select(Place))],
        ["encrypted with", IsKeptElsewhere(settings) ? "what pgBackRest's configuration says; each backup below names the cipher" : settings.Key is { } key ? $"the key of {Place(key)}" : "a key of its own in GODWIT_HOME"],
        ["kept for", IsKeptElsewhere(settings) ? "as long as pgBackRest's retention says" : DurationText.Write(settings.Keep)],
        ["carried further", settings.After is { } after ? $"by {Path.GetFileName(after.Run[0])}" : "no"],
        ["done again in a restored database", settings.Replay.Count == 0 ? "nothing: erasures since the backup would come back with it" : $"{ReportText.Number(settings.Replay.Count, "replay")}, before it opens"],
    ];

    private static bool IsKeptElsewhere(BackupSettings settings) => settings is { Method: BackupMethod.Physical, PgBackRest: not null };

    private static string Place(ValueFrom place) => place.Literal ?? place.File ?? $"the variable {place.Environment}";

    /// <summary>How they were verified: by the signed records beside them.</summary>
    private static IEnumerable<ReportBlock> Destinations(ReportContext context, IReadOnlyList<string> names)
    {
        if (names.Count == 0) yield break;
        yield return new ReportBlock.Heading("As the destinations have them", 2);
        if (context.Record.Backups is not { } stored)
        {
            yield return new ReportBlock.Paragraph($"Whoever wrote this report could not look there{(context.Record.BackupsNotSeen is { } why ? $": {why}" : "")}. What is above is what the run saw.");
            yield break;
        }
        foreach (var name in names)
        {
            if (stored.FirstOrDefault(b => b.Name == name) is not { Manifest: { } manifest } backup)
            {
                yield return new ReportBlock.Paragraph($"{name}: it is not there any more, or its manifest is not to be trusted.");
                continue;
            }
            yield return new ReportBlock.Facts(
            [
                ["backup", name],
                ["data of", ReportText.AtSecond(manifest.SnapshotAt)],
                ["holds", string.Create(CultureInfo.InvariantCulture, $"{ReportText.Count(manifest.Tables.Sum(t => t.Rows))} rows of {manifest.Tables.Count} tables, {(manifest.PgBackRest is { } kept ? $"in pgBackRest's {kept}, {ReportText.Count(kept.Bytes)} bytes, encryption: {kept.Cipher}" : $"{ReportText.Count(manifest.PlainBytes)} bytes; {manifest.Files.Count} encrypted files, {ReportText.Count(backup.Bytes)} bytes")}")],
                [manifest.PgBackRest is null ? "encrypted with the key" : "compared with the key", manifest.Key],
                ["manifest signed by", manifest.Signature?.Kid ?? "nobody"],
                ["copies", string.Join(", ", backup.Copies.Select(c => c.Destination))],
                ["verified", backup.Verification is { } v ? $"{ReportText.AtSecond(v.At)}: restored and compared, {ReportText.Count(v.Rows)} rows of {ReportText.Count(v.Tables)} tables; the restore took {ReportText.Long(v.RestoreTook)}" : "no"],
            ]);
            if (backup.Verification is { } verification)
                yield return new ReportBlock.Table(["what was looked at", "answer", "what was seen"], [.. verification.Checks.Select(c => (IReadOnlyList<string>)[c.Name, c.Holds switch { true => "holds", false => "Fail", _ => "not seen" }, c.Saw])]);
        }
    }

    private static IEnumerable<ReportBlock> Restored(ReportContext context)
    {
        var restores = context.Notes.OfKind("restored", JournalFork.Kind, "rewind-accepted", "rewind-verified").ToList();
        if (restores.Count == 0) yield break;
        yield return new ReportBlock.Heading("The target itself was restored", 2);
        yield return new ReportBlock.Table(["entry", "at", "what", "of what"], [.. restores.Select(n => (IReadOnlyList<string>)[ReportText.Count(n.Number), ReportText.AtSecond(n.Entry.At), RunTelling.What(n.Entry.Kind), RunTelling.Of(n)])]);
        yield return new ReportBlock.Paragraph("A fork is signed: it says up to where the journal is given up. The ledgers of machines that ran Godwit still know the entries that are gone.");
    }
}
