using Godwit.Documents.Shapes;
using Godwit.Engine.Gates.Attested;
using Godwit.Engine.People;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Timetables;

/// <summary>Decisions of a timetable by which a run waits: each is a gate that people attest, in the phase that must not begin without it.</summary>
public static class TimetableDecisions
{
    /// <summary>The kind of gate that decides.</summary>
    public const string Kind = "attested";

    /// <summary>The gates by which it is decided, in the order of the timetable; those that the plan does not have are left out.</summary>
    public static IEnumerable<(Phase Phase, GateSettings Gate)> Of(RunbookPlan plan) => IdsOf(plan).Select(id => Find(plan, id)).OfType<(Phase, GateSettings)>();

    /// <summary>Their ids: part of what people approve. When they are due is not.</summary>
    public static IEnumerable<string> IdsOf(RunbookPlan plan) => (plan.Timetable?.Maps("entries") ?? []).Select(e => e.TextOrNull("gate")).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Those whose time has come.</summary>
    /// <param name="run">As it stands: its clock is the target's.</param>
    public static IEnumerable<(Phase Phase, GateSettings Gate, string Since)> DueIn(RunbookRun run) =>
        // Whose clock this machine does not know may be past: it does not pass by default.
        Timetable.Of(run.Plan.Timetable, run.StartedAt) is not { } timetable ? Of(run.Plan).Select(d => (d.Phase, d.Gate, "a time that this machine cannot tell"))
        : timetable.Entries.Where(e => e.Gate is not null && e.At <= run.Now).Select(e => Find(run.Plan, e.Gate!) is var (phase, gate) ? (phase, gate, timetable.Show(e)) : default).Where(d => d.gate is not null);

    /// <summary>The gates of decisions that were made: people have said so, or the phase that waited for it has begun.</summary>
    public static IReadOnlySet<string> MadeIn(RunbookRun run, PeopleRecords people) => Of(run.Plan)
        .Where(d => run.Phases.Any(p => p.Phase == d.Phase) || DemandStanding.Of(AttestedGateKind.DemandOf(d.Gate, d.Phase), run.Plan, run.Id, people).Holds)
        .Select(d => d.Gate.Id).ToHashSet(StringComparer.Ordinal);

    private static (Phase Phase, GateSettings Gate)? Find(RunbookPlan plan, string id) =>
        plan.Phases.SelectMany(p => p.Gates.Select(g => (p.Phase, Gate: g))).Where(g => g.Gate.Id == id && g.Gate.Kind == Kind).Select(g => ((Phase, GateSettings)?)g).FirstOrDefault();
}
