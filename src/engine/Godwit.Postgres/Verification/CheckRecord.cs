using Godwit.Model.Findings;
using Godwit.Model.Verification;

namespace Godwit.Postgres.Verification;

/// <summary>Collects what a check sees while it runs.</summary>
internal sealed class CheckRecord(string name)
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<Finding> _findings = [];

    public void Count(string what, long number = 1) => _counts[what] = _counts.GetValueOrDefault(what) + number;

    public void Add(Finding finding) => _findings.Add(finding);

    public CheckResult Result => new(name, _counts, _findings);
}
