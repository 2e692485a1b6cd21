using System.Text.Json.Serialization;

namespace Godwit.Engine.Certificates;

/// <summary>What a run of a runbook was that is over, for somebody who was not there: docs/certificate.md. <see cref="RunCertificateFile"/> signs, writes and verifies it.</summary>
public sealed record RunCertificate
{
    public const string CurrentFormat = "godwit-run-certificate/1";

    [JsonPropertyOrder(-1)]
    public string Format { get; init; } = CurrentFormat;

    public required string ToolVersion { get; init; }

    public required string RunId { get; init; }

    public required string Runbook { get; init; }

    /// <summary>SHA-256 of what was approved, lower-case hexadecimal.</summary>
    public required string Plan { get; init; }

    /// <summary>UTC, milliseconds, by the target's clock.</summary>
    [JsonConverter(typeof(UtcInstantConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonConverter(typeof(UtcInstantConverter))]
    public required DateTimeOffset FinishedAt { get; init; }

    public required RunVerdict Verdict { get; init; }

    public required CertifiedTarget Target { get; init; }

    public required IReadOnlyList<CertifiedPhase> Phases { get; init; }

    public required IReadOnlyList<CertifiedStep> Steps { get; init; }

    /// <summary>Every gate's newest answer.</summary>
    public required IReadOnlyList<CertifiedGate> Gates { get; init; }

    /// <summary>Of a run that went back: who is said to have approved it, and what was looked at afterwards.</summary>
    public CertifiedRollback? Rollback { get; init; }

    /// <summary>Who agreed to what by signature: the newest of each gate, and of a rollback.</summary>
    public IReadOnlyList<CertifiedStatement> Statements { get; init; } = [];

    public required CertifiedJournal Journal { get; init; }

    /// <summary>Over everything else; null until <see cref="RunCertificateFile.Write"/> has signed.</summary>
    [JsonPropertyOrder(1)]
    public CertificateSignature? Signature { get; init; }
}

public enum RunVerdict
{
    /// <summary>Every phase is done, every step verified.</summary>
    [JsonStringEnumMemberName("finished")]
    Finished,

    /// <summary>Everything is undone, and was verified to be as it was.</summary>
    [JsonStringEnumMemberName("rolledBack")]
    RolledBack,
}

/// <summary>The target, without host, port, user or password.</summary>
/// <param name="SchemaBefore">SHA-256 of its catalog before the first step; null when no phase began.</param>
/// <param name="SchemaAfter">After the last.</param>
public sealed record CertifiedTarget(string ServerVersion, string Database, string? SchemaBefore, string? SchemaAfter);

/// <param name="Milliseconds">From its beginning to its end.</param>
public sealed record CertifiedPhase(string Phase, [property: JsonConverter(typeof(UtcInstantConverter))] DateTimeOffset BeganAt, long Milliseconds);

/// <param name="State"><c>done</c>, <c>before</c> for one that an earlier run did, or <c>undone</c>.</param>
/// <param name="Done">Rows or parts.</param>
/// <param name="Evidence">What its verification saw: counts, hashes, answers; as the journal has it.</param>
public sealed record CertifiedStep(string Id, string Phase, string Kind, string State, long Done, long Milliseconds, IReadOnlyDictionary<string, string> Evidence);

/// <param name="Evidence">SHA-256 of the canonical form of what it saw.</param>
public sealed record CertifiedGate(string Id, string Phase, string State, string Summary, string Evidence);

/// <param name="Row">The row of the decision matrix that held.</param>
/// <param name="Items">What was looked at, and what was seen.</param>
public sealed record CertifiedRollback(string Row, IReadOnlyList<CertifiedApproval> Approvals, string? Overridden, IReadOnlyDictionary<string, string> Items);

/// <param name="Proof"><c>signed</c>, or <c>unproved</c> for one that was stated where nobody is pinned.</param>
public sealed record CertifiedApproval(string Role, string Name, string Proof = "unproved");

/// <summary>What a person signed, and a gate or a rollback went by.</summary>
/// <param name="For">The gate, or <c>rollback</c>.</param>
/// <param name="Kid">The thumbprint of the person's key.</param>
/// <param name="Statement">SHA-256 of its canonical form.</param>
public sealed record CertifiedStatement(string For, string Person, string Role, [property: JsonConverter(typeof(UtcInstantConverter))] DateTimeOffset At, string Kid, string Statement);

/// <summary>The journal's last entry when the certificate was written.</summary>
public sealed record CertifiedJournal(long Sequence, string Hash);
