using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Smoke;

/// <summary>Checks that have to hold before a phase.</summary>
public sealed class SmokeGateKind : IGateKind
{
    public string Name => "smoke";

    public string Summary => "Asks a list of checks, once.";

    public Shape.Map Shape { get; } = new(Checks.Check.ListField("checks", "What has to hold", required: true)) { Short = "checks" };

    public bool IsAskedInRehearsal(GateSettings gate) => true;

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => Checks.Check.CheckAll(gate.Settings, "checks", gate.At);

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new SmokeGate(Checks.Check.ReadAll(gate.Settings, "checks", files));

    private sealed class SmokeGate(IReadOnlyList<Check> checks) : IGate
    {
        public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation) =>
            CheckResults.Of(await CheckRunner.Of(context).AskAllAsync(checks, cancellation));
    }
}
