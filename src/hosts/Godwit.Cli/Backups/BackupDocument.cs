using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Cli.Move;
using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;

namespace Godwit.Cli.Backups;

/// <summary>What <c>godwit backup</c> prints with <c>--json</c>: one document, whatever came of it.</summary>
internal sealed record BackupDocument
{
    public required string Command { get; init; }

    /// <summary><c>made</c>, <c>verified</c>, <c>not-verified</c>, <c>partly</c>, <c>listed</c>, <c>pruned</c>, <c>restored</c>, <c>refused</c>, <c>interrupted</c> or <c>fault</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public IReadOnlyList<BackupLine> Backups { get; init; } = [];

    public IReadOnlyList<BackupCheck> Checks { get; init; } = [];

    /// <summary>What was restored into.</summary>
    public string? Database { get; init; }

    /// <summary>Where the database is that was there before.</summary>
    public string? Former { get; init; }

    public double? Seconds { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    public string? Fault { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, BackupDocumentJson.Default.BackupDocument);
}

/// <param name="Kept">Of <c>prune</c>: why it stayed; null when it was removed.</param>
internal sealed record BackupLine(
    string Name, string? Method, DateTimeOffset? SnapshotAt, string? Database, long Bytes, long? Rows, DateTimeOffset? VerifiedAt, double? RestoreSeconds, string? RestorePoint,
    IReadOnlyList<string> Destinations, string? Kept = null, string? Problem = null, PgBackRestCopy? PgBackRest = null)
{
    public static BackupLine Of(StoredBackup backup, string? kept = null, PgBackRestPresence? presence = null) => new(
        backup.Name, backup.Manifest?.Method.ToString().ToLowerInvariant(), backup.Manifest?.SnapshotAt, backup.Manifest?.Origin.Name, backup.Bytes, backup.Manifest?.Tables.Sum(t => t.Rows),
        backup.Verification?.At, backup.Verification?.RestoreTook.TotalSeconds, backup.Manifest?.RestorePoint, [.. backup.Copies.Where(c => c.Manifest is not null).Select(c => c.Destination)], kept,
        backup.Copies.Select(c => c.Refusal).FirstOrDefault(r => r is not null) ?? (presence?.There == true ? null : presence?.Saw), backup.Manifest?.PgBackRest);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(BackupDocument))]
internal sealed partial class BackupDocumentJson : JsonSerializerContext;
