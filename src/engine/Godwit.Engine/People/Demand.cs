using Godwit.Documents.Shapes;
using Godwit.Engine.Gates.Attested;
using Godwit.Engine.Rollback;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>Who has to agree to what.</summary>
/// <param name="Purpose">What is asked of them.</param>
/// <param name="Subject">Of what: a phase, a gate.</param>
/// <param name="Roles">Whose word it takes; each person counts once, for one of them.</param>
/// <param name="Valid">How long a word holds.</param>
public sealed record Demand(Purpose Purpose, string Subject, IReadOnlyList<RequiredApproval> Roles, TimeSpan Valid)
{
    public static readonly TimeSpan DefaultValid = TimeSpan.FromDays(7);

    /// <summary>Clocks of signers may be ahead of the database's by this much.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whoever signed the plan may speak too.</summary>
    public bool AuthorCounts { get; init; }

    /// <summary>Somebody has to have signed the plan: else nobody can tell whether an approver is its author.</summary>
    public bool NeedsAuthor { get; init; }

    /// <summary>The phase whose undoing uses up what was said before; null for a rollback.</summary>
    public Phase? Phase { get; init; }

    /// <summary>It is about what a rollback left: what was said before one counts for nothing.</summary>
    public bool AfterRollback { get; init; }

    public int People => Roles.Sum(r => r.Count);

    /// <summary>Before a phase; null where the plan asks nobody.</summary>
    public static Demand? Before(Phase phase, RunbookPlan plan) => plan.Approvals.TryGetValue(phase, out var roles) && roles.Count > 0
        ? new Demand(Purpose.ApprovePhase, PhaseNames.Of(phase), roles, plan.ApprovalsValid) { NeedsAuthor = true, Phase = phase }
        : null;

    /// <summary>Of a rollback. A way back does not wait for somebody to sign the plan: where it has no known author, nobody is left out.</summary>
    public static Demand Rollback(Phase? to, IReadOnlyList<string> approvers, RunbookPlan plan) =>
        new(Purpose.ApproveRollback, to is { } stays ? PhaseNames.Of(stays) : Statement.Everything, [.. approvers.Select(r => new RequiredApproval(r))], plan.ApprovalsValid);

    /// <summary>What is left to people after a rollback of everything.</summary>
    public static IEnumerable<(Demand Demand, string Statement)> AfterRollbackOf(RunbookPlan plan) =>
        (plan.Rollback?.Maps(RollbackShape.AttestedKey) ?? []).Select(b => (AttestedGateKind.DemandOf(b.Text("id"), b) with { AfterRollback = true }, b.Text("statement")));

    /// <summary>What it is about, for people.</summary>
    public string Title => Purpose switch
    {
        Purpose.ApprovePhase => $"the beginning of {Subject}",
        Purpose.ApproveRollback => Subject == Statement.Everything ? "the rollback of everything" : $"the rollback to the end of {Subject}",
        Purpose.Attest => $"the box {Subject}",
        _ => "the plan",
    };

    /// <summary>The command with which a person in a role agrees.</summary>
    public string Command(string role)
    {
        var said = role.Length == 0 ? "" : role.Contains(' ', StringComparison.Ordinal) ? $" --role \"{role}\"" : $" --role {role}";
        return Purpose switch
        {
            Purpose.ApprovePhase => $"godwit approve --phase {Subject}{said}",
            Purpose.ApproveRollback => $"godwit approve --rollback{(Subject == Statement.Everything ? "" : $" --to {Subject}")}{said}",
            Purpose.Attest => $"godwit attest {Subject}{said}",
            _ => "godwit plan --sign",
        };
    }
}
