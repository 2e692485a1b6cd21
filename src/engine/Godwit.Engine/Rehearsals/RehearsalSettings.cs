using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <summary>What a runbook says about its rehearsals.</summary>
public sealed record RehearsalSettings
{
    public IReadOnlySet<string> Effects { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public IReadOnlySet<string> Skip { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ReplacedVariable> Variables { get; init; } = new Dictionary<string, ReplacedVariable>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ValueFrom> Sources { get; init; } = new Dictionary<string, ValueFrom>(StringComparer.Ordinal);
}

/// <param name="Value">What it is in a rehearsal.</param>
/// <param name="Environment">Or the variable whose value it has.</param>
public sealed record ReplacedVariable(string? Value, string? Environment);
