using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Cli.Move;

namespace Godwit.Cli.Journal;

/// <summary>What the journal's commands print with <c>--json</c>: one document, whatever came of it.</summary>
internal sealed record JournalDocument
{
    public required string Command { get; init; }

    /// <summary><c>sound</c>, <c>unknown-signer</c>, <c>unsigned</c>, <c>broken</c>, <c>changed</c> for what gates went by, <c>exported</c>, <c>refused</c>, <c>interrupted</c> or <c>fault</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public string? Run { get; init; }

    /// <summary>The number and hash of the last entry up to which the chain holds.</summary>
    public long? Entries { get; init; }

    public string? Hash { get; init; }

    /// <summary>The first entry that is not what was written.</summary>
    public long? FirstBad { get; init; }

    /// <summary>The last entry that a known key signed.</summary>
    public long? SignedTo { get; init; }

    public IReadOnlyList<string> Signers { get; init; } = [];

    public IReadOnlyList<string> UnknownSigners { get; init; } = [];

    /// <summary>Attested restores.</summary>
    public IReadOnlyList<ForkDocument> Forks { get; init; } = [];

    /// <summary>The file that was written.</summary>
    public string? File { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    public string? Fault { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, JournalDocumentJson.Default.JournalDocument);
}

internal sealed record ForkDocument(long Restored, long Abandoned, string Incarnation, string Kid);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(JournalDocument))]
internal sealed partial class JournalDocumentJson : JsonSerializerContext;
