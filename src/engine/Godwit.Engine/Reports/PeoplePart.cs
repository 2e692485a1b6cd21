using Godwit.Engine.People;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>Who agreed to what, by which key, and whether what they signed is still there; and who could have.</summary>
internal static class PeoplePart
{
    public static IEnumerable<ReportBlock> Of(RunRecord record)
    {
        if (record.Accepted.Count == 0 && record.Register.IsUnused && record.Run.Plan.Approvals.Count == 0) yield break;
        yield return new ReportBlock.Heading("Approvals and attestations");
        var (authors, _) = PlanAuthors.Of(record.Run.Plan, record.Signed);
        yield return new ReportBlock.Paragraph(authors.Count == 0 ? "Nobody has signed the plan as its author." : $"The plan's author: {string.Join("; ", authors.Select(a => a.ToString()))}.");
        yield return record.Accepted.Count == 0
            ? new ReportBlock.Paragraph("Nothing was approved or attested by signature.")
            : new ReportBlock.Table(["entry", "what for", "who", "role", "signed at", "key", "statement (SHA-256)", "opened it", "in the target"], [.. record.Accepted.Select(a => (IReadOnlyList<string>)
            [
                ReportText.Count(a.Entry), Name(record.Run.Plan, a.Of), a.Statement.Person, a.Statement.Role, ReportText.AtSecond(a.Statement.At), a.Statement.Kid, a.Statement.Hash, a.Opened ? "yes" : "not yet",
                a.Fault(record.Signed.Statements, record.Register) ?? "as signed",
            ])]);
        foreach (var finding in record.Register.Findings) yield return new ReportBlock.Paragraph($"{finding.Code}: {finding.Message}.");
        if (record.Register.IsUnused)
        {
            yield return new ReportBlock.Paragraph("Nobody is pinned in this database: whatever was approved was stated, and is proved by nothing.");
            yield break;
        }
        yield return new ReportBlock.Table(["who", "roles", "key", "pinned", "by", "retired", "because"], [.. record.Register.People.Select(p => (IReadOnlyList<string>)
            [p.Name, string.Join(", ", p.Roles), p.Key.Kid, ReportText.AtSecond(p.AddedAt), p.PinnedBy, p.RetiredAt is null ? "" : ReportText.AtSecond(p.RetiredAt), p.RetiredBecause ?? p.Problem ?? ""])]);
        yield return new ReportBlock.Paragraph($"The register's own journal stood at {record.Register.Head}: `godwit journal verify --to … --run {PeopleRegister.Journal}` verifies it.");
    }

    /// <summary>A box by what was attested.</summary>
    private static string Name(RunbookPlan plan, string gate) =>
        plan.Phases.SelectMany(p => p.Gates).FirstOrDefault(g => g.Id == gate)?.Settings["statement"]?.GetValue<string>() is { } claim ? $"{gate}: {claim}" : gate;
}
