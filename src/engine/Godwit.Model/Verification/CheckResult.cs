using Godwit.Model.Findings;

namespace Godwit.Model.Verification;

/// <summary>What one check of the target saw, for the certificate.</summary>
/// <param name="Name">The check's stable name, e.g. <c>foreign keys</c>.</param>
/// <param name="Counts">What was looked at and what was found, by names that stay the same.</param>
public sealed record CheckResult(string Name, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether nothing of weight was found; notes and warnings do not fail a check.</summary>
    public bool Passed => Findings.All(f => f.Severity != Severity.Error);
}
