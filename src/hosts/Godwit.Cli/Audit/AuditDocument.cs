using System.Text.Json.Serialization;
using Godwit.Engine.Audit;

namespace Godwit.Cli.Audit;

/// <summary>What <c>godwit audit --json</c> prints.</summary>
internal sealed record AuditDocument
{
    public string Command => "audit";

    /// <summary><c>passed</c>, or <c>found</c> when an error is among what was found.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required IReadOnlyList<AuditCheckDocument> Checks { get; init; }
}

internal sealed record AuditCheckDocument
{
    public required string Id { get; init; }

    public required string Severity { get; init; }

    /// <summary><c>holds</c>, <c>found</c>, <c>not-seen</c> or <c>not-asked</c>.</summary>
    public required string State { get; init; }

    public string? Finds { get; init; }

    public IReadOnlyList<AuditSubjectDocument>? Found { get; init; }

    public string? Why { get; init; }

    public string? Reason { get; init; }

    public string? Remedy { get; init; }

    public static AuditCheckDocument Of(AuditAnswer answer, IEnumerable<AuditItem> items) => new()
    {
        Id = answer.Check.Id,
        Severity = answer.Check.Severity.ToString().ToLowerInvariant(),
        State = answer.State switch { AuditState.Holds => "holds", AuditState.Found => "found", AuditState.NotSeen => "not-seen", _ => "not-asked" },
        Finds = answer.State == AuditState.Found ? answer.Check.Finds : null,
        Found = answer.State == AuditState.Found ? [.. items.Select(i => new AuditSubjectDocument(i.Subject, i.Ignored?.Reason))] : null,
        Why = answer.Why,
        Reason = answer.State == AuditState.Found ? answer.Check.Reason : null,
        Remedy = answer.State == AuditState.Found ? answer.Check.Remedy : null,
    };
}

/// <param name="Ignored">Why it is accepted, where the runbook says so.</param>
internal sealed record AuditSubjectDocument(string Subject, string? Ignored);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(AuditDocument))]
internal sealed partial class AuditDocumentJson : JsonSerializerContext;
