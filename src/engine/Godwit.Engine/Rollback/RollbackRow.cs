using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Rollback;

/// <summary>How much data going back is expected to touch.</summary>
public enum RollbackImpact
{
    Minimal,
    Low,
    Medium,
    High,
    VeryHigh,
}

/// <summary>What a row of the decision matrix allows.</summary>
public enum RollbackAction
{
    Rollback,

    /// <summary>Once somebody has looked what it would cost.</summary>
    Assess,

    /// <summary>Weighed against a forward fix.</summary>
    Evaluate,

    /// <summary>A forward fix is preferred: for critical issues only.</summary>
    PreferForward,

    /// <summary>Refused, unless somebody overrides it and says why.</summary>
    ForwardOnly,
}

/// <summary>A row of the decision matrix.</summary>
/// <param name="From">Since the switch; the row before ends there.</param>
/// <param name="Until">Null in the last row.</param>
/// <param name="Approvers">The roles that have to approve, all of them.</param>
/// <param name="Takes">How long it is expected to take, for people.</param>
public sealed record RollbackRow(TimeSpan From, TimeSpan? Until, RollbackImpact Impact, RollbackAction Action, IReadOnlyList<string> Approvers, string? Takes)
{
    internal static readonly IReadOnlyList<string> Impacts = [.. Enum.GetValues<RollbackImpact>().Select(Word)], Actions = [.. Enum.GetValues<RollbackAction>().Select(Word)];

    public static string Word(RollbackImpact impact) => impact == RollbackImpact.VeryHigh ? "very-high" : impact.ToString().ToLowerInvariant();

    public static string Word(RollbackAction action) => action switch
    {
        RollbackAction.PreferForward => "prefer-forward",
        RollbackAction.ForwardOnly => "forward-only",
        _ => action.ToString().ToLowerInvariant(),
    };

    public static RollbackImpact? FindImpact(string? word) => Enum.GetValues<RollbackImpact>().Where(i => Word(i) == word).Select(i => (RollbackImpact?)i).FirstOrDefault();

    /// <summary>The times that it is for, as people write them.</summary>
    public string Span => Until is { } until
        ? From == TimeSpan.Zero ? $"< {DurationText.Write(until)}" : $"{DurationText.Write(From)} to {DurationText.Write(until)}"
        : From == TimeSpan.Zero ? "at any time" : $"> {DurationText.Write(From)}";

    /// <summary>What is done, in a few words.</summary>
    public string Says => Action switch
    {
        RollbackAction.Rollback => "roll back",
        RollbackAction.Assess => "roll back after an assessment of what it would cost",
        RollbackAction.Evaluate => "weigh a rollback against a forward fix",
        RollbackAction.PreferForward => "a forward fix is preferred; roll back for critical issues only",
        _ => "forward fix only",
    };

    /// <param name="row">In normal form.</param>
    public static RollbackRow Read(JsonObject row) => new(
        TimeSpan.Zero, row.DurationOrNull("until"), FindImpact(row.Text("impact")) ?? throw new FormatException("an unknown impact"),
        Enum.GetValues<RollbackAction>().Where(a => Word(a) == row.Text("action")).Select(a => (RollbackAction?)a).FirstOrDefault() ?? throw new FormatException("an unknown action"),
        row.Texts("approvers"), row.TextOrNull("takes"));
}
