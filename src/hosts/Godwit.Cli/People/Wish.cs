using Godwit.Engine.Gates.Attested;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.People;

/// <summary>What somebody wants to sign, before a plan says what is asked for.</summary>
/// <param name="Phase">To begin, or for a rollback the one that stays; null for a rollback of everything, and where the next phase that lacks somebody is meant.</param>
/// <param name="Box">Of an attestation.</param>
internal sealed record Wish(Purpose Purpose, Phase? Phase, string? Box)
{
    public string? Role { get; init; }

    public string? As { get; init; }

    public string? KeyFile { get; init; }

    public string? Text { get; init; }

    public TimeSpan? Valid { get; init; }

    /// <summary>What a plan asks for it; or why nothing.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="lacks">Whether people are missing for a demand; null where nobody can tell.</param>
    public (Demand? Demand, string? Statement, Finding? Finding) In(RunbookPlan plan, Func<Demand, bool>? lacks)
    {
        switch (Purpose)
        {
            case Purpose.ApproveRollback:
                // Which row holds when it is decided, nobody knows yet: any role of the matrix may speak.
                var matrix = RollbackMatrix.Of(plan);
                var roles = matrix.Rows.SelectMany(r => r.Approvers).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
                return (Demand.Rollback(Phase, roles, plan), null, null);
            case Purpose.Attest:
                var found = plan.Phases.SelectMany(p => p.Gates.Select(g => (p.Phase, Gate: g))).FirstOrDefault(g => g.Gate.Id == Box && g.Gate.Kind == DemandDocument.Box);
                if (found.Gate is not null) return (AttestedGateKind.DemandOf(found.Gate, found.Phase), found.Gate.Settings["statement"]?.GetValue<string>(), null);
                var after = Demand.AfterRollbackOf(plan).FirstOrDefault(b => b.Demand.Subject == Box);
                if (after.Demand is not null) return (after.Demand, after.Statement, null);
                var boxes = plan.Phases.SelectMany(p => p.Gates).Where(g => g.Kind == DemandDocument.Box).Select(g => g.Id).Concat(Demand.AfterRollbackOf(plan).Select(b => b.Demand.Subject)).ToList();
                return (null, null, Nothing($"the plan has no box {Box}", boxes.Count == 0 ? "It has none." : $"Its boxes are: {string.Join(", ", boxes)}."));
            default:
                var demands = plan.Phases.Select(p => Demand.Before(p.Phase, plan)).OfType<Demand>().Where(d => Phase is null || d.Phase == Phase).ToList();
                var demand = Phase is null && lacks is not null ? demands.FirstOrDefault(lacks) ?? demands.FirstOrDefault() : demands.FirstOrDefault();
                return demand is not null ? (demand, null, null)
                    : (null, null, Nothing(Phase is { } named ? $"nobody has to approve before {PhaseNames.Of(named)}" : "the plan asks nobody to approve anything", "The runbook's \"approvals\" say who has to."));
        }
    }

    private static Finding Nothing(string message, string remedy) => Finding.Error(FindingCodes.NothingToSign, message, null, remedy);
}
