using System.Globalization;
using Godwit.Engine.Gates;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>How a demand stands: who has agreed, who is missing, and what does not count.</summary>
/// <param name="Counted">For which role who counts.</param>
/// <param name="Missing">How many of which role.</param>
/// <param name="Authors">Who signed the plan.</param>
/// <param name="Findings">Why what is there does not count.</param>
/// <param name="HasAuthor">Somebody whose key is valid has signed the plan.</param>
public sealed record DemandStanding(
    Demand Demand, IReadOnlyList<AcceptedStatement> Counted, IReadOnlyList<RequiredApproval> Missing, IReadOnlyList<AcceptedStatement> Authors, bool HasAuthor, IReadOnlyList<Finding> Findings,
    PeopleRegister Register)
{
    public bool LacksAuthor => Demand.NeedsAuthor && !HasAuthor;

    public bool Holds => Missing.Count == 0 && !LacksAuthor;

    public static DemandStanding Of(Demand demand, RunbookPlan plan, Guid? run, PeopleRecords records)
    {
        var (authors, isKnown) = PlanAuthors.Of(plan, records);
        var judge = new StatementJudge(records, demand, plan, run, [.. authors.Select(a => a.Person)]);
        var verdicts = records.Statements.Select(judge.Judge).ToList();
        var accepted = verdicts.OfType<StatementVerdict.Accepted>().Select(v => v.Statement).OrderBy(s => s.At).ToList();
        var (counted, missing) = Quorum.Of(demand.Roles, accepted);
        var findings = new List<Finding>(records.Register.Findings);
        findings.AddRange(verdicts.OfType<StatementVerdict.Refused>().Select(v => v.Finding));
        if (demand.NeedsAuthor && !isKnown)
        {
            findings.Add(Finding.Error(
                FindingCodes.NoAuthor, $"{demand.Title} takes approvals, and nobody is known as the author of the plan {plan.Hash[..12]}: nobody can tell whether an approver is", null,
                "Its author signs it: `godwit plan --sign`."));
        }
        if (missing.Count > 0)
        {
            findings.Add(Finding.Error(
                demand.Purpose == Purpose.ApproveRollback ? FindingCodes.RollbackNotApproved : FindingCodes.ApprovalMissing,
                $"{demand.Title} takes {Words(demand.Roles)}; missing: {Words(missing)}{(records.Register.IsUnused ? ", and nobody is pinned in this database" : "")}", null,
                (records.Register.IsUnused ? "An administrator pins people: `godwit keys person add NAME --public-key FILE --role ROLE`. " : "") + "They sign: " + string.Join("; ", missing.Select(m => $"`{demand.Command(m.Role)}`")) + "."));
        }
        return new DemandStanding(demand, counted, missing, authors, isKnown, findings, records.Register);
    }

    /// <summary>What a gate answers: nobody's word is missing data, and no refusal.</summary>
    public GateVerdict ToVerdict()
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var said in Counted) evidence[said.Hash] = said.ToString();
        if (Demand.NeedsAuthor || !Demand.AuthorCounts)
        {
            foreach (var author in Authors) evidence[author.Hash] = $"{author}, as the plan's author";
        }
        evidence["register"] = Register.Head.ToString();
        return new GateVerdict(Holds ? GateState.Pass : GateState.NoData, Summary) { Evidence = evidence, People = Counted, Findings = Holds ? [] : Findings };
    }

    /// <summary>In one sentence.</summary>
    public string Summary => Holds
        ? string.Join(", ", Counted.Select(c => c.Role.Length == 0 ? c.Person : $"{c.Person} ({c.Role})"))
        : string.Create(CultureInfo.InvariantCulture, $"{Counted.Count} of {Demand.People}{(Missing.Count == 0 ? "" : $"; missing: {Words(Missing)}")}{(LacksAuthor ? "; nobody has signed the plan as its author" : "")}");

    /// <summary>What is to be typed, one line a role; the author first.</summary>
    public IReadOnlyList<string> Commands => [.. LacksAuthor ? ["godwit plan --sign"] : (IEnumerable<string>)[], .. Missing.Select(m => Demand.Command(m.Role))];

    public static string Words(IReadOnlyList<RequiredApproval> roles) => string.Join(" and ", roles);
}
