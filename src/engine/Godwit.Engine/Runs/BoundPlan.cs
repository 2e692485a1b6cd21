using Godwit.Engine.Gates;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>The kinds of steps and gates that this program knows.</summary>
public sealed class KindRegistry(IReadOnlyList<IStepKind> steps, IReadOnlyList<IGateKind> gates)
{
    private readonly Dictionary<string, IStepKind> _steps = steps.ToDictionary(k => k.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, IGateKind> _gates = gates.ToDictionary(k => k.Name, StringComparer.Ordinal);

    public IReadOnlyList<IStepKind> Steps => steps;

    public IReadOnlyList<IGateKind> Gates => gates;

    /// <exception cref="NotSupportedException">A newer program made the plan.</exception>
    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
        _steps.TryGetValue(step.Kind, out var kind) ? kind.Bind(step, files) : throw Unknown("step", step.Kind, step.Id);

    /// <exception cref="NotSupportedException">A newer program made the plan.</exception>
    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) =>
        _gates.TryGetValue(gate.Kind, out var kind) ? kind.Bind(gate, files) : throw Unknown("gate", gate.Kind, gate.Id);

    private static NotSupportedException Unknown(string what, string kind, string id) =>
        new($"this version of godwit knows no {what} of the kind \"{kind}\" ({id}): go on with the version that made the plan, or a newer one");
}
