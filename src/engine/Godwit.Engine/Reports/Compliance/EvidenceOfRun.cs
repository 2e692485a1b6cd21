using Godwit.Engine.Audit;
using Godwit.Engine.Backups;
using Godwit.Engine.Gates.Audit;
using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;
using Godwit.Engine.Notices;
using Godwit.Engine.OnCall;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Reports.Personal;
using Godwit.Engine.Rollback;
using Godwit.Engine.Tripwires;

namespace Godwit.Engine.Reports.Compliance;

/// <summary>
/// What the record of a run shows, entry by entry. Computed from the journal: a run without a backup shows none, whatever its runbook says. A journal that does not hold together shows nothing.
/// </summary>
internal sealed class EvidenceOfRun
{
    private const int MostEntries = 6;

    private readonly ReportContext _context;
    private readonly RunRecord _record;
    private readonly RunNotes _notes;

    private EvidenceOfRun(ReportContext context) => (_context, _record, _notes) = (context, context.Record, context.Notes);

    public static IReadOnlyDictionary<Evidence, Shown> Of(ReportContext context)
    {
        if (context.Record.Verdict.State == JournalState.Broken)
            return Enum.GetValues<Evidence>().ToDictionary(e => e, _ => new Shown(false, "the journal does not hold together"));
        var of = new EvidenceOfRun(context);
        return Enum.GetValues<Evidence>().ToDictionary(e => e, of.Find);
    }

    private Shown Find(Evidence evidence) => evidence switch
    {
        Evidence.Planned => new Shown(true, $"what ran is the plan {_record.Run.Plan.Hash[..Math.Min(12, _record.Run.Plan.Hash.Length)]}, every statement and file of it hashed ({Entries(_notes.OfKind("run-began", "adopted"))})"),
        Evidence.Approved => Approved(),
        Evidence.Segregated => Segregated(),
        Evidence.Rehearsed => Rehearsed(r => true, "the plan was rehearsed on a restored copy"),
        Evidence.WayBackRehearsed => Rehearsed(r => r.Legs.Any(l => RehearsalLegs.IsBack(l.Name)), "the way back was rehearsed on a restored copy"),
        Evidence.MaskedCopies => Masked(),
        Evidence.BackedUp => BackedUp(),
        Evidence.BackupAtSeveralPlaces => Several(),
        Evidence.BackupEncrypted => Backups().Count > 0 ? new Shown(true, $"backups are encrypted with AES-256-GCM before they leave the machine ({Entries(Backups())})") : NoBackup,
        Evidence.RestoreTimed => Backups().FirstOrDefault(n => Saw(n, "restore takes about").Length > 0) is { } timed ? new Shown(true, $"a restore was tried and took {Saw(timed, "restore takes about")} ({Entries([timed])})") : new Shown(false, "no restore was measured"),
        Evidence.Gated => Gates(_notes.Gates.Where(g => g.Passed), "gates opened by what they saw", "no gate was asked"),
        Evidence.Compared => Compared(),
        Evidence.Watched => Watched(),
        Evidence.Tested => Steps("tests of the service were passed", "no smoke or load test ran", "smoke", "load") is { Is: true } tested ? tested : Gates(_notes.Passed("smoke"), "tests of the service were passed", "no smoke or load test ran"),
        Evidence.Audited => Gates(_notes.Passed(AuditGateKind.KindName), "security audits held", "no security audit held"),
        Evidence.RightsAudited => Audit("db.", "roles, rights and server settings of the database were audited", "database"),
        Evidence.TransportAudited => Audit("http.", "TLS and headers of the service were audited", "service"),
        Evidence.KeysAudited => Audit("key.", "ages of keys were audited", "keys"),
        Evidence.Journalled => _record.Verdict.State == JournalState.Sound
            ? new Shown(true, $"{ReportText.Count(_record.Verdict.End.Sequence)} entries, each bound to the one before it; signed up to entry {ReportText.Count(_record.Verdict.SignedTo)} by a known key")
            : new Shown(false, "the journal holds together, and no key that is known here signed it"),
        Evidence.JournalOutside => _record.Exports.Where(e => e.Sent > 0).ToList() is { Count: > 0 } sinks
            ? new Shown(true, $"the journal is copied outside the database: {string.Join(", ", sinks.Select(s => $"{s.Sink} has {ReportText.Count(s.Sent)} entries{(s.Status == ExportStatus.UpToDate ? "" : " and is behind")}"))}")
            : new Shown(false, "the journal is in the target alone: who owns the database could remove it as a whole"),
        Evidence.OneClock => new Shown(true, "all times are those of the target database's clock"),
        Evidence.Told => _record.Notices.Count(n => n.State == NoticeState.Sent) is > 0 and var sent ? new Shown(true, $"{ReportText.Number(sent, "notice")} sent") : new Shown(false, "nobody was told by this run"),
        Evidence.OnDuty => OnCallPlan.Of(_record.Run.Plan) is { } plan && plan.At(_record.Run.StartedAt).Count > 0 ? new Shown(true, "the runbook says who was on call when the run began") : new Shown(false, "who was on call is not on record"),
        Evidence.WayBack => WayBack(),
        Evidence.RolledBack => _notes.OfKind(RollbackChecklist.JournalKind).LastOrDefault() is { } seen
            ? seen.Text("verified") == "true" ? new Shown(true, $"the rollback was looked at, item by item, and holds ({Entries([seen])})") : new Shown(false, $"the rollback was looked at and does not hold ({Entries([seen])})")
            : new Shown(false, "nothing was rolled back, so nothing shows here that it can be"),
        Evidence.PersonalDeclared => _context.Personal.Entries.Count > 0 ? new Shown(true, $"{ReportText.Number(_context.Personal.Entries.Count, "column")} declared as personal, with what touched them") : new Shown(false, "the runbook declares no personal data"),
        Evidence.PurposesDeclared => Purposes(),
        Evidence.Pseudonymised => Pseudonymised(),
        Evidence.Cleared => Made(PersonalProtection.Cleared) is { Length: > 0 } cleared ? new Shown(true, cleared) : new Shown(false, "no declared column was cleared"),
        Evidence.ImpactSaid => _context.Personal.Declared?.Dpia is { } dpia ? new Shown(true, $"the runbook says that an assessment is {(dpia.Needed ? "" : "not ")}needed, and why") : new Shown(false, "nothing is said of an assessment of impact"),
        Evidence.ErasuresReplayed => _record.Run.Plan.Backups is { } backups && BackupSettings.Read(backups).Replay is { Count: > 0 } replay
            ? new Shown(true, $"{ReportText.Number(replay.Count, "replay")} done again in a restored database before it opens") : new Shown(false, "erasures since a backup would come back with it: nothing is replayed"),
        Evidence.KeysNamed => Made(PersonalProtection.Keyed) is { Length: > 0 } keyed ? new Shown(true, $"keys are outside the database, and the plan has their names alone: {keyed}") : new Shown(false, "no key of the data's was used"),
        _ => throw new ArgumentOutOfRangeException(nameof(evidence)),
    };

    private static Shown NoBackup { get; } = new(false, "there is no verified backup on record for this run");

    private Shown Approved()
    {
        var opened = _record.Accepted.Where(a => a.Opened).ToList();
        if (opened.Count == 0) return new Shown(false, "nobody approved by signature");
        return new Shown(true, $"approved or attested by signature: {string.Join(", ", opened.Select(a => a.Statement.Person).Distinct(StringComparer.Ordinal))} ({Entries(opened.Select(a => a.Entry))})");
    }

    private Shown Segregated()
    {
        var (authors, known) = PlanAuthors.Of(_record.Run.Plan, _record.Signed);
        var opened = _record.Accepted.Where(a => a.Opened && _notes.Gates.Any(g => g.Note.Number == a.Entry && g.Kind == GateAnswer.Approval)).ToList();
        if (opened.Count == 0) return new Shown(false, "no phase was approved by signature");
        if (!known) return new Shown(false, "nobody signed the plan as its author, so nobody can tell whether an approver is");
        return opened.Exists(a => authors.Any(x => x.Person == a.Statement.Person))
            ? new Shown(false, "an approval is its author's own")
            : new Shown(true, $"who approved is not who wrote the plan ({Entries(opened.Select(a => a.Entry))})");
    }

    private Shown Rehearsed(Func<RehearsalRecord, bool> with, string what)
    {
        var good = (_record.Rehearsals?.Good ?? []).Where(r => r.EndedAt <= RunOutcome.ChangedFrom(_record, _notes) && with(r)).ToList();
        var gates = _notes.Passed("rehearsed").Select(g => g.Note).ToList();
        return good.Count > 0 ? new Shown(true, $"{what}, {ReportText.Number(good.Count, "time")} before the run changed anything{(gates.Count > 0 ? $", and a gate asked for it ({Entries(gates)})" : "")}") : new Shown(false, "no good rehearsal of this plan was on record before the run");
    }

    private Shown Masked()
    {
        var taken = _record.Rehearsals?.Taken ?? [];
        return taken.Count == 0 ? new Shown(false, "there was no copy for tests on record")
            : taken.All(r => r.Copy.Anonymised) ? new Shown(true, $"every copy ({taken.Count}) was masked before anything was tried, and thrown away")
            : new Shown(false, $"{taken.Count(r => !r.Copy.Anonymised)} of {taken.Count} copies held the data as it is; they were thrown away");
    }

    private List<RunNote> Backups() =>
        [.. _notes.Passed("backup").Select(g => g.Note).Concat(_notes.OfSteps(_record.Run.Plan, "backup").Where(n => Saw(n, "restore takes about").Length > 0)).OrderBy(n => n.Number)];

    private Shown BackedUp() => Backups() is { Count: > 0 } backups
        ? new Shown(true, $"backup {Saw(backups[0], "backup")}, data of {ReportText.AtSecond(Saw(backups[0], "snapshot"))}, was restored and compared ({Entries(backups)})")
        : NoBackup;

    private Shown Several()
    {
        var places = _record.Run.Plan.Backups is { } settings ? BackupSettings.Read(settings).Destinations.Count : 0;
        return Backups() is not { Count: > 0 } backups ? NoBackup
            : places > 1 ? new Shown(true, $"copies at {places} destinations ({Entries(backups)})") : new Shown(false, "the backup is at one place alone");
    }

    private Shown Compared()
    {
        var integrity = _notes.Passed("integrity").ToList();
        var moves = _record.Moves.Where(m => m.Certificate is not null).ToList();
        if (integrity.Count == 0 && moves.Count == 0) return new Shown(false, "nothing compared the data before and after");
        return new Shown(true, string.Join("; ", (IEnumerable<string>)
        [
            .. integrity.Count > 0 ? [$"the data was counted and compared by gates ({Entries(integrity.Select(g => g.Note))})"] : (string[])[],
            .. moves.Count > 0 ? [$"{ReportText.Number(moves.Count, "move")} verified row by row, with signed certificates"] : (string[])[],
        ]));
    }

    private Shown Watched()
    {
        var declared = Tripwire.Of(_record.Run.Plan);
        var fired = _notes.OfKind(TripwireNote.Fired).ToList();
        if (declared.Count == 0) return Steps("the service was watched after the switch", "nothing was watched", "observe");
        return new Shown(true, $"{ReportText.Number(declared.Count, "tripwire")} watched, {(fired.Count == 0 ? "none fired" : $"{fired.Count} fired ({Entries(fired)})")}");
    }

    private Shown WayBack()
    {
        var final = _record.Run.Plan.Phases.SelectMany(p => p.Steps).Where(s => (s.Irreversible ?? _context.Kinds.Bind(s, _record.Run.Plan.Files).Irreversible) is not null).Select(s => s.Id).ToList();
        return new Shown(true, $"every step says how it is undone{(final.Count == 0 ? "" : $", but for the declared points of no return: {string.Join(", ", final)}")}; old structures are kept for {Documents.Shapes.DurationText.Write(_record.Run.Plan.KeepOld)}");
    }

    private Shown Purposes()
    {
        var columns = _context.Personal.Entries.Select(e => e.Column).ToList();
        var without = columns.Count(c => c.Purpose is null || c.Basis is null || c.Retention is null);
        return columns.Count == 0 ? new Shown(false, "the runbook declares no personal data")
            : without == 0 ? new Shown(true, "purpose, ground and time of erasure are said of each declared column") : new Shown(false, $"of {without} declared columns, purpose, ground or time of erasure is not said");
    }

    /// <summary>What was made of declared columns, in them or elsewhere.</summary>
    private string Made(params IReadOnlyList<PersonalProtection> protections) => string.Join("; ",
        _context.Personal.Entries.SelectMany(e => e.Touches.Where(t => t.Done && protections.Contains(t.Protection)).Select(t => $"{(t.Writes ? e.Column.Name : $"{t.Other} from {e.Column.Name}")}: {t.How} (step {t.By})")).Distinct(StringComparer.Ordinal));

    private Shown Pseudonymised()
    {
        var made = Made(PersonalProtection.Keyed, PersonalProtection.Masked);
        var plain = _context.Personal.Plain.Select(e => e.Column.Name).ToList();
        return made.Length == 0 ? new Shown(false, "no declared column was hashed under a secret, or masked") : new Shown(true, $"{made}{(plain.Count == 0 ? "" : $"; still there and not made unreadable by this run: {string.Join(", ", plain)}")}");
    }

    private Shown Audit(string area, string what, string setting)
    {
        var asked = _record.Run.Plan.Phases.SelectMany(p => p.Gates).Where(g => g.Kind == AuditGateKind.KindName && Asks(g.Settings, area)).Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
        return Gates(_notes.Passed(AuditGateKind.KindName).Where(g => asked.Contains(g.Id)), what, $"no audit of the {setting} held");
    }

    private static bool Asks(System.Text.Json.Nodes.JsonObject settings, string area)
    {
        var audit = AuditSettings.Read(settings);
        return area switch { "db." => audit.Database is not null, "http." => audit.Service is not null, _ => audit.KeyAge is not null };
    }

    private Shown Steps(string what, string missing, params IReadOnlyList<string> kinds) =>
        _notes.OfSteps(_record.Run.Plan, kinds).ToList() is { Count: > 0 } steps ? new Shown(true, $"{what} ({Entries(steps)})") : new Shown(false, missing);

    private static Shown Gates(IEnumerable<GateAnswer> gates, string what, string missing) =>
        gates.ToList() is { Count: > 0 } passed ? new Shown(true, $"{what} ({Entries(passed.Select(g => g.Note))})") : new Shown(false, missing);

    private static string Saw(RunNote note, string name) => note.Evidence.FirstOrDefault(e => e.Key == name).Value ?? "";

    private static string Entries(IEnumerable<RunNote> notes) => Entries(notes.Select(n => n.Number));

    private static string Entries(IEnumerable<long> numbers)
    {
        var all = numbers.Distinct().Order().ToList();
        return all.Count switch
        {
            0 => "no entry",
            1 => $"entry {ReportText.Count(all[0])}",
            <= MostEntries => $"entries {string.Join(", ", all.Select(ReportText.Count))}",
            _ => $"entries {string.Join(", ", all.Take(MostEntries).Select(ReportText.Count))} and {all.Count - MostEntries} more",
        };
    }
}
