using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Engine.Certificates;
using Godwit.Model.Findings;

namespace Godwit.Cli.Move;

/// <summary>What <c>--json</c> prints: one document, whatever came of it.</summary>
internal sealed record MoveDocument
{
    public required string Command { get; init; }

    /// <summary><c>verified</c>, <c>failed</c>, <c>refused</c>, <c>planned</c> (a dry run), <c>interrupted</c> or <c>fault</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public string? Run { get; init; }

    public string? Source { get; init; }

    /// <summary>Without user and password.</summary>
    public string? Target { get; init; }

    public IReadOnlyList<TableDocument> Tables { get; init; } = [];

    /// <summary>Seconds of each phase.</summary>
    public IReadOnlyDictionary<string, double> Phases { get; init; } = new Dictionary<string, double>();

    /// <summary>Seconds that each phase took of the processors, in this process.</summary>
    public IReadOnlyDictionary<string, double> Processor { get; init; } = new Dictionary<string, double>();

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    /// <summary>Differences that verification found; empty means none.</summary>
    public IReadOnlyList<FindingDocument> Mismatches { get; init; } = [];

    /// <summary>Rows in quarantine, over all tables.</summary>
    public long Quarantined { get; init; }

    public IReadOnlyList<NotMovedDocument> NotMoved { get; init; } = [];

    public string? NotMovedFile { get; init; }

    public string? Certificate { get; init; }

    /// <summary>What went wrong, when something did.</summary>
    public string? Fault { get; init; }

    /// <summary>How to go on.</summary>
    public string? Next { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, MoveDocumentJson.Default.MoveDocument);
}

internal sealed record TableDocument
{
    public required string Source { get; init; }

    public required string Target { get; init; }

    public required long Rows { get; init; }

    public long Quarantined { get; init; }

    public int Ranges { get; init; }

    public CertificateDigest? Hash { get; init; }

    public bool? Verified { get; init; }

    public double? Seconds { get; init; }

    public IReadOnlyList<ColumnDocument> Columns { get; init; } = [];
}

internal sealed record ColumnDocument(string Source, string Target, string Declared, string Type, string Reason)
{
    public TransformDocument? Transform { get; init; }
}

/// <param name="From">The source's columns.</param>
/// <param name="Parameters">As JSON.</param>
internal sealed record TransformDocument(string Name, IReadOnlyList<string> From, string Parameters);

internal sealed record NotMovedDocument(string Kind, string Name, string Code, string Reason);

internal sealed record FindingDocument
{
    public required string Code { get; init; }

    public required string Severity { get; init; }

    public required string Message { get; init; }

    public string? Table { get; init; }

    public string? Row { get; init; }

    public string? Column { get; init; }

    public string? Place { get; init; }

    public string? Remedy { get; init; }

    public string? SourceText { get; init; }

    public string? Value { get; init; }

    public static FindingDocument From(Finding finding, bool showValues) => new()
    {
        Code = finding.Code.Id,
        Severity = finding.Severity.ToString().ToLowerInvariant(),
        Message = finding.Message,
        Table = (finding.Place as Place.InTable)?.Table,
        Row = (finding.Place as Place.InTable)?.Row,
        Column = (finding.Place as Place.InTable)?.Column,
        Place = finding.Place is Place.InTable ? null : finding.Place?.ToString(),
        Remedy = finding.Remedy,
        SourceText = finding.SourceText,
        Value = showValues ? finding.Value : null,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(MoveDocument))]
internal sealed partial class MoveDocumentJson : JsonSerializerContext;
