using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Cli.Move;

namespace Godwit.Cli.Anonymise;

/// <summary>What <c>godwit anonymise --json</c> prints.</summary>
internal sealed record AnonymiseDocument
{
    public string Command => "anonymise";

    /// <summary><c>anonymised</c> or <c>refused</c>; <c>interrupted</c> and <c>fault</c> are those of every command.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public string? Backup { get; init; }

    public string? File { get; init; }

    public string? Database { get; init; }

    /// <summary>Rows by table.</summary>
    public IReadOnlyDictionary<string, long>? Masked { get; init; }

    public long? RowsBefore { get; init; }

    public long? RowsAfter { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, AnonymiseDocumentJson.Default.AnonymiseDocument);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(AnonymiseDocument))]
internal sealed partial class AnonymiseDocumentJson : JsonSerializerContext;
