using System.Text.Json.Serialization;
using Godwit.Cli.Move;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runbooks;

/// <summary>What <c>godwit check --json</c> prints.</summary>
internal sealed record CheckDocument
{
    public string Command => "check";

    /// <summary><c>passed</c> or <c>refused</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required string File { get; init; }

    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    public IReadOnlyList<PhaseDocument> Phases { get; init; } = [];

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    /// <param name="file">The runbook.</param>
    /// <param name="plan">Null when an error is among the findings.</param>
    /// <param name="findings">All of them.</param>
    public static CheckDocument From(string file, RunbookPlan? plan, IReadOnlyList<Finding> findings) => new()
    {
        Outcome = plan is null ? "refused" : "passed",
        ExitCode = plan is null ? Cli.ExitCode.Findings : Cli.ExitCode.Done,
        File = file,
        Name = plan?.Name,
        Parameters = plan?.Parameters,
        Phases = [.. (plan?.Phases ?? []).Select(PhaseDocument.From)],
        Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
    };
}

/// <param name="Deadline">As it would be written in the runbook.</param>
internal sealed record PhaseDocument(string Phase, string Deadline, IReadOnlyList<ItemDocument> Gates, IReadOnlyList<ItemDocument> Steps)
{
    public static PhaseDocument From(PhaseSettings phase) => new(
        PhaseNames.Of(phase.Phase), DurationText.Write(phase.Deadline),
        [.. phase.Gates.Select(g => new ItemDocument(g.Id, g.Kind, g.Title, null))],
        [.. phase.Steps.Select(s => new ItemDocument(s.Id, s.Kind, s.Title, s.Irreversible))]);
}

/// <summary>A step or a gate.</summary>
internal sealed record ItemDocument(string Id, string Kind, string? Title, string? Irreversible);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(CheckDocument))]
internal sealed partial class CheckDocumentJson : JsonSerializerContext;
