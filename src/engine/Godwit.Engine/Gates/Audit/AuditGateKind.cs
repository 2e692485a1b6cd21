using Godwit.Documents.Shapes;
using Godwit.Engine.Audit;
using Godwit.Engine.Checks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Audit;

/// <summary>A security audit before a phase.</summary>
public sealed class AuditGateKind(IDatabaseAudit database) : IGateKind
{
    private readonly Auditor _auditor = new(database);

    public const string KindName = "audit";

    public string Name => KindName;

    public string Summary => "Looks for weaknesses of the database, the runbook's folder, an HTTP service and keys.";

    public Shape.Map Shape => AuditSettings.Shape;

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = AuditSettings.Read(gate.Settings);
        if (settings is { Database: null, Folder: false, Service: null }) yield return Finding.Error(FindingCodes.KindSettings, "The audit looks at nothing: it needs database, folder or service", gate.Place);
        if (gate.Settings.MapOrNull("service") is { } service)
        {
            foreach (var finding in ServiceAuditSettings.Check(service, gate.At("/service"))) yield return finding;
        }
        if (settings.Baseline == gate.Id) yield return Finding.Error(FindingCodes.KindSettings, "An audit is not held against itself", gate.At("/baseline"));
        foreach (var (i, ignored) in settings.Ignored.Index().Where(i => _auditor.Checks.All(c => c.Id != i.Item.Id)))
        {
            var meant = Suggestion.For(ignored.Id, _auditor.Checks.Select(c => c.Id));
            yield return Finding.Error(FindingCodes.KindSettings, $"There is no check \"{ignored.Id}\"", gate.At($"/ignore/{i}/id"), meant is null ? "docs/audit.md lists them." : $"Did you mean \"{meant}\"?");
        }
    }

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new AuditGate(_auditor, database, AuditSettings.Read(gate.Settings));

    private sealed class AuditGate(Auditor auditor, IDatabaseAudit database, AuditSettings settings) : IGate
    {
        public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
        {
            IReadOnlyDictionary<string, string>? earlier = null;
            try
            {
                if (settings.Baseline is { } gate)
                {
                    earlier = await database.FindEarlierAsync(context, gate == AuditSettings.Before ? null : gate, cancellation);
                    if (earlier is null) return new GateVerdict(GateState.NoData, gate == AuditSettings.Before ? "there is no earlier audit of this run" : $"the gate {gate} has not been audited in this run");
                }
            }
            catch (TargetFaultException fault)
            {
                return new GateVerdict(GateState.NoData, CheckRunner.Describe(fault));
            }
            var answers = await auditor.LookAsync(settings, new TargetAuditSession(context.Target), context.Folder, context.Environment, context.Time, cancellation);
            return new AuditVerdict(settings, answers, earlier).Verdict();
        }
    }
}
