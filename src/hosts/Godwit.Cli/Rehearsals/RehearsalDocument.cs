using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Cli.Move;
using Godwit.Engine.Rehearsals;

namespace Godwit.Cli.Rehearsals;

/// <summary>What <c>godwit rehearse --json</c> prints. Keys are stable; a newer version may add some.</summary>
internal sealed record RehearsalDocument
{
    public string Command => "rehearse";

    /// <summary><c>rehearsed</c>, <c>failed</c> or <c>refused</c>; <c>interrupted</c> and <c>fault</c> are those of every command.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public string? Runbook { get; init; }

    /// <summary>The plan's hash.</summary>
    public string? Plan { get; init; }

    /// <summary>How many good rehearsals of the plan are on record now, one after another.</summary>
    public int? Good { get; init; }

    public string? Reason { get; init; }

    /// <summary>The records that were made now, as they are signed.</summary>
    public IReadOnlyList<RehearsalRecord>? Made { get; init; }

    /// <summary>What is on record and not taken, and why.</summary>
    public IReadOnlyList<string>? NotTaken { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, RehearsalDocumentJson.Default.RehearsalDocument);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RehearsalDocument))]
internal sealed partial class RehearsalDocumentJson : JsonSerializerContext;
