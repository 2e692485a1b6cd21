using System.Text.Json.Serialization;
using Godwit.Engine.Certificates;

namespace Godwit.Engine.Backups;

/// <summary>That a backup was restored and found to be what it has to be: signed, beside the manifest that it names by its hash.</summary>
public sealed record BackupVerification
{
    public const string Type = "godwit-backup-verification";

    [JsonPropertyName("type")]
    public string Kind { get; init; } = Type;

    public int Format { get; init; } = 1;

    public required string Backup { get; init; }

    /// <summary>SHA-256 of the manifest's bytes.</summary>
    public required string Manifest { get; init; }

    /// <summary>By the clock of the machine that verified.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>From the first byte that was read until the database answered.</summary>
    public required long RestoreMilliseconds { get; init; }

    public required long Rows { get; init; }

    public required int Tables { get; init; }

    /// <summary>What was looked at, and what was seen.</summary>
    public required IReadOnlyList<BackupCheck> Checks { get; init; }

    public CertificateSignature? Signature { get; init; }

    [JsonIgnore]
    public TimeSpan RestoreTook => TimeSpan.FromMilliseconds(RestoreMilliseconds);
}

/// <param name="Name">What was looked at.</param>
/// <param name="Holds">Whether it is as it has to be; null: it could not be looked at.</param>
/// <param name="Saw">In a few words.</param>
public sealed record BackupCheck(string Name, bool? Holds, string Saw);
