using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Godwit.Engine.Gates;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>The kinds of steps and gates that a runbook may use. Hosts compose them; their order is that of the schema and the reference.</summary>
public sealed partial class RunbookKinds
{
    // What a step keeps between its calls is for speed only, and binding one may mean parsing a file.
    private readonly ConditionalWeakTable<StepSettings, IStep> _bound = [];

    /// <exception cref="ArgumentException">Two kinds share a name, or one has a name that is no kind's.</exception>
    public RunbookKinds(IReadOnlyList<IStepKind> steps, IReadOnlyList<IGateKind> gates)
    {
        CheckNames(steps.Select(k => k.Name), RunbookShape.StepKeys.Select(f => f.Name));
        CheckNames(gates.Select(k => k.Name), RunbookShape.GateKeys.Select(f => f.Name));
        (Steps, Gates) = (steps, gates);
    }

    public IReadOnlyList<IStepKind> Steps { get; }

    public IReadOnlyList<IGateKind> Gates { get; }

    /// <exception cref="ArgumentException">There is no such kind: a plan of a newer program.</exception>
    public IStepKind Step(string name) =>
        Steps.FirstOrDefault(k => k.Name == name) ?? throw new ArgumentException($"this program has no kind of step \"{name}\"", nameof(name));

    /// <summary>The step of a plan, bound once.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
        _bound.TryGetValue(step, out var bound) ? bound : _bound.GetValue(step, s => Step(s.Kind).Bind(s, files));

    /// <exception cref="ArgumentException">As above.</exception>
    public IGateKind Gate(string name) =>
        Gates.FirstOrDefault(k => k.Name == name) ?? throw new ArgumentException($"this program has no kind of gate \"{name}\"", nameof(name));

    private static void CheckNames(IEnumerable<string> names, IEnumerable<string> taken)
    {
        var seen = taken.ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!KindName().IsMatch(name)) throw new ArgumentException($"\"{name}\" is no name of a kind: lower-case letters", nameof(names));
            if (!seen.Add(name)) throw new ArgumentException($"the kind \"{name}\" is registered twice, or is the name of another key", nameof(names));
        }
    }

    [GeneratedRegex(@"^[a-z]{1,30}\z")]
    private static partial Regex KindName();
}
