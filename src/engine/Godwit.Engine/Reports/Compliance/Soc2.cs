using static Godwit.Engine.Reports.Compliance.Evidence;

namespace Godwit.Engine.Reports.Compliance;

/// <summary>Trust services criteria (AICPA TSP section 100, 2017, points of focus of 2022): https://www.aicpa-cima.com/resources/landing/system-and-organization-controls-soc-suite-of-services</summary>
internal static class Soc2
{
    public static Framework Framework { get; } = new(
        "SOC 2",
        "Trust services criteria. A report on a period is a CPA's; one run is one sample of how changes are made.",
        [
            new("CC6.1", "Logical access to data is restricted", [RightsAudited, Pseudonymised, KeysNamed], "Security: access to servers, networks and consoles beside the database."),
            new("CC6.3", "Access by role; duties that conflict are parted", [Approved, Segregated], "Management: who holds which role, reviewed on a schedule."),
            new("CC6.6, CC6.7", "Boundaries and transmission are protected", [TransportAudited, BackupEncrypted], "Security: networks, removable media, remote access."),
            new("CC7.1", "Changes of configuration and new weaknesses are noticed", [Audited, Planned], "Security: scans between runs."),
            new("CC7.2, CC7.3", "Anomalies are watched for and judged", [Watched, Journalled], "Operations: whether an event was an incident."),
            new("CC7.4", "Incidents are answered", [OnDuty, Told, WayBack], "Incident response: roles, containment, what is told to whom."),
            new("CC7.5", "Recovery from incidents", [BackedUp, RestoreTimed, RolledBack, WayBackRehearsed], "Operations: recovery of everything but this database."),
            new("CC8.1", "Changes are authorised, designed, tested, approved and documented", [Planned, Approved, Segregated, Rehearsed, Tested, Gated, Journalled], "Engineering: the design's review, and code outside of the runbook."),
            new("A1.2", "Backup and recovery are in place", [BackedUp, BackupAtSeveralPlaces, BackupEncrypted], "Operations: that destinations are at other sites."),
            new("A1.3", "Recovery is tested", [RestoreTimed, WayBackRehearsed, RolledBack], "Operations: a test of the whole recovery plan."),
            new("PI1.3", "Processing is complete and accurate; errors are found", [Compared, Gated, Watched], "The data's owner: that what was compared is what matters."),
            new("PI1.5", "What is stored stays complete and accurate", [Compared, BackedUp], "Operations, from the run's end on."),
            new("C1.2", "Confidential data is disposed of", [Cleared, MaskedCopies], "The data's owner: other copies, and backups when their time comes."),
        ]);
}
