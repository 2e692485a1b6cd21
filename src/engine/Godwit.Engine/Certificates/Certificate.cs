using System.Text.Json.Serialization;

namespace Godwit.Engine.Certificates;

/// <summary>
/// What a finished run moved, checked and found, for somebody who was not there. docs/certificate.md explains every field to an auditor;
/// <see cref="CertificateFile"/> signs, writes and verifies it.
/// </summary>
public sealed record Certificate
{
    public const string CurrentFormat = "godwit-certificate/1";

    [JsonPropertyOrder(-1)]
    public string Format { get; init; } = CurrentFormat;

    public required string ToolVersion { get; init; }

    public required string RunId { get; init; }

    /// <summary>UTC, milliseconds.</summary>
    [JsonConverter(typeof(UtcInstantConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonConverter(typeof(UtcInstantConverter))]
    public required DateTimeOffset FinishedAt { get; init; }

    public required CertificateSource Source { get; init; }

    public required CertificateTarget Target { get; init; }

    public required CertificateHash Hash { get; init; }

    public required CertificateMode Mode { get; init; }

    public required IReadOnlyList<CertificateTable> Tables { get; init; }

    public required IReadOnlyList<CertificateCheck> Checks { get; init; }

    /// <summary>The findings that the user lifted with <c>--accept</c>.</summary>
    public required IReadOnlyList<AcceptedFinding> Accepted { get; init; }

    public required IReadOnlyList<CertificateNotMoved> NotMoved { get; init; }

    /// <summary>Tables of the source that the user left out. <see cref="Tables"/> and these are all of its tables. Null when it does not say.</summary>
    public IReadOnlyList<string>? LeftOut { get; init; }

    /// <summary>Foreign keys that new rows must keep and some moved rows do not: the user accepted those.</summary>
    public IReadOnlyList<CertificateNotValid>? NotValid { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Over everything else; null until <see cref="CertificateFile.Write"/> has signed.</summary>
    [JsonPropertyOrder(1)]
    public CertificateSignature? Signature { get; init; }
}

public enum Verdict
{
    [JsonStringEnumMemberName("verified")]
    Verified,

    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <param name="FileName">Without its folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="SqliteVersion">Of the library that read it.</param>
/// <param name="SchemaHash">SHA-256 over the schema's statements, lower-case hexadecimal.</param>
public sealed record CertificateSource(string FileName, long Size, string SqliteVersion, string SchemaHash)
{
    /// <summary>Of the server, where the source is PostgreSQL: <see cref="FileName"/> is then database and schema, and <see cref="SqliteVersion"/> is empty.</summary>
    public string? PostgresVersion { get; init; }

    /// <summary>Of the server, without password.</summary>
    public string? Address { get; init; }
}

/// <summary>The target, without host, port, user or password.</summary>
public sealed record CertificateTarget(string ServerVersion, string Database, string Schema, string SchemaHash);

/// <param name="Algorithm"><see cref="SipHash"/>.</param>
/// <param name="Key">The run's random key, 32 lower-case hexadecimal digits.</param>
public sealed record CertificateHash(string Algorithm, string Key)
{
    public const string SipHash = "SipHash-2-4-128";
}

/// <param name="Paranoid">Whether every row was to be decoded a second way.</param>
/// <param name="RowsDecodedTwice">How many were.</param>
/// <param name="Rows">Of how many.</param>
public sealed record CertificateMode(bool Paranoid, long RowsDecodedTwice, long Rows);

/// <param name="Name">E.g. <c>foreign keys</c>.</param>
/// <param name="Details">What was looked at, or what was wrong; no row's value.</param>
public sealed record CertificateCheck(string Name, CheckOutcome Result, string Details);

public enum CheckOutcome
{
    [JsonStringEnumMemberName("passed")]
    Passed,

    [JsonStringEnumMemberName("failed")]
    Failed,

    [JsonStringEnumMemberName("notApplicable")]
    NotApplicable,
}

/// <param name="Code">GWxxxx.</param>
/// <param name="Table">Null: accepted for all tables.</param>
public sealed record AcceptedFinding(string Code, string? Table);

public sealed record CertificateNotMoved(string Kind, string Name, string Reason, string Code);

/// <summary>A foreign key left NOT VALID, by its names at the target.</summary>
public sealed record CertificateNotValid(string Table, string Key, IReadOnlyList<string> Columns, string Parent);

/// <param name="Alg">ES256.</param>
/// <param name="Kid">The key's RFC 7638 thumbprint.</param>
/// <param name="Value">r and s, base64url without padding.</param>
public sealed record CertificateSignature(string Alg, string Kid, CertificateJwk Jwk, string Value);

public sealed record CertificateJwk(string Kty, string Crv, string X, string Y);
