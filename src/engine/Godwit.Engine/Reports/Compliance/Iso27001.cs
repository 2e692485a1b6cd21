using static Godwit.Engine.Reports.Compliance.Evidence;

namespace Godwit.Engine.Reports.Compliance;

/// <summary>ISO/IEC 27001:2022, Annex A: https://www.iso.org/standard/27001</summary>
internal static class Iso27001
{
    public static Framework Framework { get; } = new(
        "ISO/IEC 27001:2022, Annex A",
        "Controls that apply are those of the organisation's statement of applicability.",
        [
            new("5.3", "Duties that conflict are parted", [Segregated, Approved], "Management: outside of this run."),
            new("5.24, 5.26", "Incidents are prepared for and answered", [OnDuty, WayBack, WayBackRehearsed, Told], "Incident response: the plan, and who may start it."),
            new("5.27", "Learning from incidents", [RolledBack], "The team: a review after anything that went wrong; `godwit report --for post-mortem` writes down what is on record."),
            new("5.28", "Evidence is collected so that it counts", [Journalled, JournalOutside], "Whoever keeps the evidence: custody, and the keys that vouch for it."),
            new("5.33", "Records are protected", [Journalled, JournalOutside, BackupEncrypted], "Records management: for how long they are kept."),
            new("5.34", "Privacy and personal data", [PersonalDeclared, PurposesDeclared, Pseudonymised], "The data protection officer."),
            new("8.2, 8.3", "Privileged rights and access to information are restricted", [RightsAudited], "Security: the rights of administrators, reviewed."),
            new("8.5", "Secure authentication", [RightsAudited, Approved], "Identity management."),
            new("8.9", "Configuration is managed", [Planned, Audited], "Operations: configuration that no runbook holds."),
            new("8.10", "Information is deleted when it is no longer needed", [Cleared, ErasuresReplayed], "The data's owner: every other copy."),
            new("8.11", "Data is masked", [Pseudonymised, MaskedCopies], "The data's owner: what has to be masked for whom."),
            new("8.13", "Backup", [BackedUp, BackupAtSeveralPlaces, BackupEncrypted, RestoreTimed], "Operations: backups between runs, and a site for them."),
            new("8.15", "Logging", [Journalled, JournalOutside], "Operations: logs of servers and applications."),
            new("8.16", "Monitoring", [Watched], "Operations: monitoring when no run is on."),
            new("8.17", "Clocks are synchronised", [OneClock], "Operations: the source that the database's clock follows."),
            new("8.20, 8.21", "Networks and their services are secured", [TransportAudited], "Network owners."),
            new("8.24", "Use of cryptography", [KeysNamed, Pseudonymised, BackupEncrypted, KeysAudited], "Security: the policy, and where keys live."),
            new("8.29", "Security is tested before acceptance", [Audited, Tested], "Security: tests beyond configuration."),
            new("8.31", "Development, test and production are parted", [Rehearsed, MaskedCopies], "Whoever administers them."),
            new("8.32", "Changes are managed", [Planned, Approved, Rehearsed, Gated, WayBack], "The change board: the reason and the risk, in writing."),
            new("8.33", "Test information is protected", [MaskedCopies], "Whoever makes other test copies."),
        ]);
}
