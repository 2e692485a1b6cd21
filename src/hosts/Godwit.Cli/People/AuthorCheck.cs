using Godwit.Engine.People;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.People;
using Godwit.Security.Signing;

namespace Godwit.Cli.People;

/// <summary>A plan that takes approvals and is nobody's does not begin: its gates could not open, and that is better known before the first step than at the switch.</summary>
internal static class AuthorCheck
{
    public static async Task<IReadOnlyList<Finding>> FindAsync(PostgresTarget target, RunbookPlan plan, CancellationToken cancellation)
    {
        var demands = DemandDocument.AllOf(plan).Select(d => d.Demand).Where(d => d.NeedsAuthor).ToList();
        if (demands.Count == 0) return [];
        await using var source = target.OpenSource(new SessionSettings { RunId = "people", Role = "author" });
        await using var connection = await source.OpenAsync(cancellation);
        var records = await PeopleRows.ReadAsync(connection, plan.Name, null, KnownSigners.Load(GodwitHome.Folder()), cancellation);
        var standing = DemandStanding.Of(demands[0], plan, null, records);
        return standing.LacksAuthor ? [.. standing.Findings.Where(f => f.Code == FindingCodes.NoAuthor || f.Code == FindingCodes.PeopleChanged)] : [];
    }
}
