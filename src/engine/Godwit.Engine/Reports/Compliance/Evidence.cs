namespace Godwit.Engine.Reports.Compliance;

/// <summary>What a run can show.</summary>
internal enum Evidence
{
    /// <summary>What ran is what was planned, file by file.</summary>
    Planned,
    Approved,

    /// <summary>Nobody approved what is theirs.</summary>
    Segregated,
    Rehearsed,
    WayBackRehearsed,

    /// <summary>Copies that were rehearsed on held no personal data as it is.</summary>
    MaskedCopies,

    /// <summary>Before the run, and verified by restoring it.</summary>
    BackedUp,
    BackupAtSeveralPlaces,
    BackupEncrypted,
    RestoreTimed,
    Gated,

    /// <summary>Data compared before and after, by counts, queries or row hashes.</summary>
    Compared,
    Watched,
    Tested,
    Audited,

    /// <summary>Roles and rights of the database.</summary>
    RightsAudited,

    /// <summary>TLS of the database or a service.</summary>
    TransportAudited,
    KeysAudited,
    Journalled,
    JournalOutside,

    /// <summary>Times are those of one clock.</summary>
    OneClock,
    Told,
    OnDuty,
    WayBack,
    RolledBack,
    PersonalDeclared,
    PurposesDeclared,
    Pseudonymised,
    Cleared,
    ImpactSaid,
    ErasuresReplayed,
    KeysNamed,
}

/// <param name="Is">Whether the record shows it.</param>
/// <param name="Text">How, by entries; or what is missing.</param>
internal sealed record Shown(bool Is, string Text);
