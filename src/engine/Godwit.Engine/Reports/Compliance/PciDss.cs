using static Godwit.Engine.Reports.Compliance.Evidence;

namespace Godwit.Engine.Reports.Compliance;

/// <summary>PCI DSS v4.0.1: https://www.pcisecuritystandards.org/document_library/</summary>
internal static class PciDss
{
    public static Framework Framework { get; } = new(
        "PCI DSS v4.0.1",
        "Requirements that a change to stored data touches. It applies where account data is stored, processed or transmitted, or could be reached; the assessor says whether that is here.",
        [
            new("3.2", "Account data is kept as little as possible", [PurposesDeclared, Cleared], "The data's owner: retention of account data elsewhere, and that nothing of authentication data is kept."),
            new("3.5", "Stored card numbers are unreadable", [Pseudonymised, BackupEncrypted], "The data's owner: numbers in logs, files and other systems; hashes have to be keyed and the keys managed."),
            new("3.6, 3.7", "Keys are kept safe and managed over their life", [KeysNamed, KeysAudited], "Key custodians: generation, storage, distribution, retirement."),
            new("4.2", "Strong encryption on open networks", [TransportAudited], "Network owners: every other connection that carries account data."),
            new("6.5.1", "Changes follow a procedure: described, impact known, approved, tested, reversible", [Planned, Approved, Rehearsed, Tested, WayBack, WayBackRehearsed], "The change board: the reason for the change and its security impact, in writing."),
            new("6.5.2", "After a significant change the requirements still hold", [Audited, Compared], "The assessed entity: confirms all requirements for what changed, and brings documents up to date."),
            new("6.5.3, 6.5.4", "Test and production are parted, and so are their people", [Segregated, Rehearsed], "Whoever administers them: separate accounts and networks."),
            new("6.5.5", "No live card numbers in tests", [MaskedCopies], "Whoever makes other test copies."),
            new("7.2", "Access by need and role", [RightsAudited], "The data's owner: who has which right and why, reviewed on a schedule."),
            new("8.2, 8.3", "Each person has an identity of their own, and proves it", [Approved, Segregated, RightsAudited], "Identity management: accounts, multi-factor authentication, shared accounts."),
            new("10.2, 10.3", "What happened is logged, and the log cannot be changed unseen", [Journalled, JournalOutside], "Operations: the server's own logs, their review and their retention of a year."),
            new("10.6", "Clocks agree", [OneClock], "Operations: that the database's clock is synchronised."),
            new("12.10", "Incidents are answered by a plan", [Watched, OnDuty, Told, WayBackRehearsed], "Incident response: the plan itself, its training and its yearly test."),
        ]);
}
