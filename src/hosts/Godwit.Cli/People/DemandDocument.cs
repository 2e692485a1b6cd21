using System.Globalization;
using Godwit.Cli.Runs;
using Godwit.Engine.Gates.Attested;
using Godwit.Engine.People;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.People;

/// <summary>What people have to agree to, who has, who has not, and what those have to type.</summary>
/// <param name="Purpose"><c>approve-phase</c>, <c>approve-rollback</c> or <c>attest</c>.</param>
/// <param name="Subject">The phase, or the gate of a box.</param>
/// <param name="Statement">Of a box: what is attested.</param>
/// <param name="Holds">Nobody is missing; null where no database was asked.</param>
/// <param name="Missing">Whom it lacks: <c>2 of Reviewer</c>.</param>
internal sealed record DemandDocument(
    string Purpose, string Phase, string Subject, string? Statement, IReadOnlyList<string> Required, bool? Holds, IReadOnlyList<SignedDocument> Given, IReadOnlyList<string> Missing, IReadOnlyList<string> Authors,
    IReadOnlyList<string> Commands)
{
    /// <summary>All of a plan: before phases, and at boxes.</summary>
    public static IEnumerable<(Phase Phase, Demand Demand, string? Statement)> AllOf(RunbookPlan plan)
    {
        foreach (var phase in plan.Phases)
        {
            foreach (var gate in phase.Gates.Where(g => g.Kind == Box)) yield return (phase.Phase, AttestedGateKind.DemandOf(gate, phase.Phase), gate.Settings["statement"]?.GetValue<string>());
            if (Demand.Before(phase.Phase, plan) is { } demand) yield return (phase.Phase, demand, null);
        }
    }

    public static readonly string Box = new AttestedGateKind().Name;

    /// <param name="plan">The plan.</param>
    /// <param name="run">Its run; null before there is one.</param>
    /// <param name="records">What the target has; null where none was asked.</param>
    /// <param name="which">The phases that are looked at.</param>
    public static IReadOnlyList<DemandDocument> Of(RunbookPlan plan, Guid? run, PeopleRecords? records, Func<Phase, bool> which) =>
        [.. AllOf(plan).Where(d => which(d.Phase)).Select(d => Of(d.Phase, d.Demand, d.Statement, records is null ? null : DemandStanding.Of(d.Demand, plan, run, records)))];

    public static DemandDocument Of(Phase phase, Demand demand, string? statement, DemandStanding? standing) => new(
        Purposes.Of(demand.Purpose), PhaseNames.Of(phase), demand.Subject, statement, [.. demand.Roles.Select(r => r.ToString())], standing?.Holds,
        [.. (standing?.Counted ?? []).Select(SignedDocument.Of)], [.. (standing?.Missing ?? demand.Roles).Select(r => r.ToString())], [.. (standing?.Authors ?? []).Select(a => a.Person)],
        standing?.Commands ?? [.. demand.Roles.Select(r => demand.Command(r.Role))]);

    /// <summary>In a line: who, and who is missing.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Given.Count == 0 ? "nobody yet" : string.Join(", ", Given.Select(g => g.Line)))}{(Holds == true ? "" : $"; missing: {(Missing.Count == 0 ? "the signature of the plan's author" : string.Join(" and ", Missing))}")}");
}

/// <summary>A statement that counts.</summary>
internal sealed record SignedDocument(string Person, string Role, DateTimeOffset At, string Kid, string Statement)
{
    public static SignedDocument Of(AcceptedStatement said) => new(said.Person, said.Role, said.At, said.Kid, said.Hash);

    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Person}{(Role.Length == 0 ? "" : $" ({Role})")} {At.UtcDateTime:yyyy-MM-dd HH:mm}Z, key {Kid[..8]}");
}

/// <summary>Somebody who is pinned, or was.</summary>
internal sealed record PersonDocument(string Name, IReadOnlyList<string> Roles, string Kid, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt, string? RetiredBecause, string PinnedBy, string? Problem)
{
    public static PersonDocument Of(Person person) =>
        new(person.Name, person.Roles, person.Key.Kid, person.AddedAt, person.RetiredAt, person.RetiredBecause, person.PinnedBy, person.Problem);
}
