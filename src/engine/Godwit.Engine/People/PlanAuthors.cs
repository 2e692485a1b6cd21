using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>Who signed a plan as theirs. Each of them is its author: none of them approves it.</summary>
public static class PlanAuthors
{
    /// <summary>A plan's signature does not say for how long it is theirs; it says no more than that it is.</summary>
    public static readonly TimeSpan Valid = TimeSpan.FromDays(3650);

    /// <returns>All of them, those whose keys were retired included, and whether one of them has a valid key.</returns>
    public static (IReadOnlyList<AcceptedStatement> Authors, bool IsKnown) Of(RunbookPlan plan, PeopleRecords records)
    {
        var authors = new List<AcceptedStatement>();
        var isKnown = false;
        foreach (var row in records.Statements.Where(s => s.Purpose == Purpose.SignPlan))
        {
            if (SignedStatement.TryRead(row.Document) is not { Statement: { Purpose: Purpose.SignPlan } said } signed || said.Plan != plan.Hash || said.Runbook != plan.Name) continue;
            if (records.Register.FindKey(said.Kid) is not { } person || !signed.IsBy(person.Key) || said.At > records.Now + Demand.ClockTolerance) continue;
            authors.Add(new AcceptedStatement(said.Hash, person.Name, "", said.At, said.Kid));
            isKnown |= person.IsActive;
        }
        return (authors, isKnown);
    }
}
