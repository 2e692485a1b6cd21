using Godwit.Model.Findings;

namespace Godwit.Engine.Audit;

/// <summary>One thing that an audit looks for.</summary>
/// <param name="Id">Stable: runbooks name it to ignore it. Its area, a dot, what it is about.</param>
/// <param name="Severity">Of what it finds.</param>
/// <param name="Finds">What it finds, as the beginning of a sentence that the subjects end.</param>
/// <param name="Reason">Why that matters.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Needs">What it needs to see that; null when anybody sees it.</param>
public sealed record AuditCheck(string Id, Severity Severity, string Finds, string Reason, string Remedy, string? Needs = null)
{
    /// <summary>When it is asked at all; null says always, of a database, folder or service that is audited.</summary>
    public string? AskedWhen { get; init; }

    public AuditAnswer Holds() => new(this, AuditState.Holds);

    /// <param name="subjects">What it found, by catalog names, paths and places: none holds. Never a value of a row, never a secret.</param>
    public AuditAnswer Found(params IReadOnlyList<string> subjects) =>
        subjects.Count == 0 ? Holds() : new AuditAnswer(this, AuditState.Found) { Subjects = [.. subjects.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };

    public AuditAnswer NotSeen(string? why = null) => new(this, AuditState.NotSeen) { Why = why ?? $"not seen: needs {Needs}" };

    public AuditAnswer NotAsked(string? why = null) => new(this, AuditState.NotAsked) { Why = why ?? AskedWhen };
}

public enum AuditState
{
    Holds,

    /// <summary>It found something.</summary>
    Found,

    /// <summary>It could not look.</summary>
    NotSeen,

    /// <summary>There is nothing to look at, or nobody said what is expected.</summary>
    NotAsked,
}

/// <summary>What came of a check.</summary>
public sealed record AuditAnswer(AuditCheck Check, AuditState State)
{
    /// <summary>What it found, in a fixed order.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>Why it could not look, or did not.</summary>
    public string? Why { get; init; }
}
