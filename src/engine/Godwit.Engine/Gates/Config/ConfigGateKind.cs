using Godwit.Documents.Shapes;
using Godwit.Engine.Configuration;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Config;

/// <summary>The application's configuration, before a phase.</summary>
public sealed class ConfigGateKind : IGateKind
{
    public string Name => "config";

    public string Summary => "Opens when the application's variables and files are as they have to be; shows no value.";

    public Shape.Map Shape => ConfigSettings.Shape;

    public bool IsAskedInRehearsal(GateSettings gate) => true;

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => ConfigSettings.Check(gate.Settings, gate.At);

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new ConfigGate(ConfigSettings.Read(gate.Settings));

    private sealed class ConfigGate(ConfigSettings settings) : IGate
    {
        public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
        {
            var view = await ConfigReview.LookAsync(settings, context.Folder, context.Environment, cancellation);
            if (view.Unknown is { } unknown) return new GateVerdict(GateState.NoData, unknown);
            return new GateVerdict(
                view.Wrong.Count == 0 ? GateState.Pass : GateState.Fail,
                view.Wrong.Count == 0 ? $"{view.Right.Count} as required" : string.Join("; ", view.Wrong.Select(w => $"{w.Name} {w.Why}")))
            {
                Evidence = view.Evidence,
            };
        }
    }
}
