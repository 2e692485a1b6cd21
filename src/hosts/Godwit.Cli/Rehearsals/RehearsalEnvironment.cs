using Godwit.Cli.Runs;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Steps;

namespace Godwit.Cli.Rehearsals;

/// <summary>The machine's variables, with those of production's addresses replaced: the target's by the copy's, others as the runbook says.</summary>
internal sealed class RehearsalEnvironment(IReadOnlyDictionary<string, string> replaced, IReadOnlyDictionary<string, ReplacedVariable> others) : IRunEnvironment
{
    public string? Find(string name) =>
        replaced.TryGetValue(name, out var value) ? value
        : others.TryGetValue(name, out var other) ? other.Value ?? ProcessEnvironment.Instance.Find(other.Environment!)
        : ProcessEnvironment.Instance.Find(name);
}
