using System.Text.Json.Serialization;
using Godwit.Engine.Certificates;

namespace Godwit.Engine.Rehearsals;

/// <summary>One rehearsal that came to its end: what was rehearsed on which copy, how long each part took, and whether all of it was good. Signed; holds no row's value.</summary>
public sealed record RehearsalRecord
{
    public const string RecordType = "godwit-rehearsal";

    public const int CurrentFormat = 1;

    public string Type { get; init; } = RecordType;

    public int Format { get; init; } = CurrentFormat;

    public required Guid Id { get; init; }

    public required string Runbook { get; init; }

    /// <summary>The plan's hash.</summary>
    public required string Plan { get; init; }

    /// <summary>The database that it was rehearsed for.</summary>
    public required RehearsedTarget Target { get; init; }

    /// <summary>What it was rehearsed on.</summary>
    public required RehearsedCopy Copy { get; init; }

    public required string ToolVersion { get; init; }

    /// <summary>By the clock of the database that it was rehearsed for.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    public required RehearsalOutcome Outcome { get; init; }

    /// <summary>Why it failed; null of a good one.</summary>
    public string? Reason { get; init; }

    /// <summary>What a check saw, as it was told.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>Of the findings, those that say that rows violate a constraint, and the constraints that are left NOT VALID.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];

    /// <summary>In the order in which they were gone through.</summary>
    public IReadOnlyList<RehearsedLeg> Legs { get; init; } = [];

    /// <summary>Rows of the copy's tables, about, before anything was done.</summary>
    public IReadOnlyDictionary<string, long> Rows { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>What was taken away from the copy before anything was rehearsed, so that nothing on it leads to production.</summary>
    public IReadOnlyList<string> TakenAway { get; init; } = [];

    /// <summary>Steps that were left out, and why.</summary>
    public IReadOnlyDictionary<string, string> Skipped { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gates and checks that were not asked, and their kinds.</summary>
    public IReadOnlyDictionary<string, string> NotAsked { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Steps that waited less than in a real run, and how many seconds they wait there.</summary>
    public IReadOnlyDictionary<string, long> Shortened { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>How locks were looked at beside what transactions told: one outside a transaction that was held for less than the time between two looks may have been missed.</summary>
    public required LockSampling Sampling { get; init; }

    /// <summary>The journals of the runs of the rehearsal, which were verified before the copy was thrown away.</summary>
    public IReadOnlyList<RehearsedJournal> Journals { get; init; } = [];

    /// <summary>SHA-256 of the record before it of the same runbook; null of the first.</summary>
    public string? Previous { get; init; }

    public CertificateSignature? Signature { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<RehearsalOutcome>))]
public enum RehearsalOutcome
{
    Good,
    Failed,
}

/// <summary>Of another database with the same name these differ.</summary>
/// <param name="System">The server's system identifier.</param>
/// <param name="Database">The database's oid.</param>
public sealed record RehearsedTarget(string System, string Database);

/// <param name="Backup">The verified backup that was restored, by its name.</param>
/// <param name="SnapshotAt">The moment whose data it holds.</param>
/// <param name="RestoreMilliseconds">How long restoring it took.</param>
/// <param name="Anonymised">Whether its personal columns were masked before anything was rehearsed.</param>
public sealed record RehearsedCopy(string Backup, DateTimeOffset SnapshotAt, long RestoreMilliseconds, bool Anonymised)
{
    /// <summary>Of how many days its rows were kept; null of one that kept all.</summary>
    public int? Days { get; init; }

    /// <summary>How many rows it had, and how many were rehearsed on; null of one that kept all.</summary>
    public KeptShare? Kept { get; init; }

    /// <summary>Fewer rows take less time, and meet less: what was rehearsed on them says little of all.</summary>
    [JsonIgnore]
    public bool IsWhole => Kept is { } kept ? kept.After >= kept.Before : Days is null;
}

public sealed record KeptShare(long Before, long After);

/// <summary>One way through the phases: forward, back, again.</summary>
public sealed record RehearsedLeg(string Name, long Milliseconds, IReadOnlyList<RehearsedPhase> Phases);

public sealed record RehearsedPhase(string Phase, long Milliseconds, IReadOnlyList<RehearsedFigures> Steps);

/// <param name="Step">Its id.</param>
/// <param name="Rows">As the step counted them; 0 of one that does not count.</param>
/// <param name="WalBytes">By how much the copy's log grew meanwhile.</param>
/// <param name="Locks">On tables that were there before, as far as they were seen.</param>
public sealed record RehearsedFigures(string Step, long Milliseconds, long Rows, long WalBytes, IReadOnlyList<RehearsedLock> Locks);

/// <param name="HeldMilliseconds">From the first look that saw it to the last: it was held for at least that long.</param>
/// <param name="WaitedMilliseconds">The same of waiting for it.</param>
public sealed record RehearsedLock(string Relation, string Mode, long HeldMilliseconds, long WaitedMilliseconds)
{
    /// <summary>How long the longest transaction that held it lasted: it was held for no longer. Null where it was only seen by looking, as outside transactions.</summary>
    public long? MostMilliseconds { get; init; }
}

public sealed record LockSampling(long EveryMilliseconds, long Looks);

/// <param name="Head">The hash of the last entry.</param>
/// <param name="Verified">Whether the chain holds and a known key signed it.</param>
public sealed record RehearsedJournal(Guid Run, long Entries, string Head, bool Verified);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RehearsalRecord))]
internal sealed partial class RehearsalRecordJson : JsonSerializerContext;
