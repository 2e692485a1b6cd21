using static Godwit.Engine.Reports.Compliance.Evidence;

namespace Godwit.Engine.Reports.Compliance;

/// <summary>Regulation (EU) 2016/679: https://eur-lex.europa.eu/eli/reg/2016/679/oj</summary>
internal static class Gdpr
{
    public static Framework Framework { get; } = new(
        "GDPR",
        "Articles of Regulation (EU) 2016/679. Whether processing is lawful, no record of a run can say.",
        [
            new("Art. 5(1)(c), (e)", "As little data, for as short a time, as is needed", [PurposesDeclared, Cleared], "The controller decides what is needed and when it is erased; copies elsewhere are not seen here."),
            new("Art. 5(1)(d), (f)", "Accurate, whole and confidential", [Compared, BackedUp, Pseudonymised], "The application's owner: whether the data was right before, and who reads it from now on."),
            new("Art. 5(2)", "Being able to show it", [Journalled, JournalOutside, Planned], "The controller keeps this report and the journal's copy for as long as the answer may be asked for."),
            new("Art. 17", "Erasure on request", [ErasuresReplayed], "Whoever handles requests: that the data erased here is erased in backups' and other systems' copies when their time comes."),
            new("Art. 25", "Protection by design and by default", [Pseudonymised, MaskedCopies], "The application's owner: defaults, forms, and what is collected at all."),
            new("Art. 30", "Record of processing activities", [PersonalDeclared, PurposesDeclared], "The controller's own record: this report gives facts for it and is not the record."),
            new("Art. 32(1)(a)", "Pseudonymisation and encryption", [Pseudonymised, BackupEncrypted, KeysNamed], "Whoever holds the keys: where they are kept, who may use them, when they are changed."),
            new("Art. 32(1)(b), (c)", "Lasting integrity and availability; restoring in time", [Compared, BackedUp, BackupAtSeveralPlaces, RestoreTimed, WayBack], "Operations: availability outside of the run, and a restore at another site."),
            new("Art. 32(1)(d)", "Testing regularly whether measures work", [Rehearsed, WayBackRehearsed, Audited, RolledBack], "Operations: that it is done again, and not for this run alone."),
            new("Art. 33, 34", "Telling of a breach within 72 hours, and those concerned", [Watched, Told, OnDuty], "The data protection officer decides whether something was a breach; a tripwire tells of figures, not of breaches."),
            new("Art. 35", "Assessing the impact before risky processing", [ImpactSaid, PersonalDeclared], "The controller, with the data protection officer, writes and signs the assessment."),
        ]);
}
