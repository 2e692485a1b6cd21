using Godwit.Engine.People;
using Godwit.Model.Runbooks;
using Godwit.Postgres.People;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.People;

/// <summary>What people have signed about a plan by now.</summary>
/// <param name="Run">That is under way with this very plan; null when there is none.</param>
internal sealed record PlanSignatures(Guid? Run, PeopleRecords Records)
{
    public static async Task<PlanSignatures> ReadAsync(NpgsqlConnection connection, RunbookPlan plan, CancellationToken cancellation)
    {
        var run = await PeopleRows.FindOpenRunAsync(connection, plan.Name, cancellation) is { } open && open.Plan.Hash == plan.Hash && open.State != Engine.Runs.RunbookState.Finished ? open.Id : (Guid?)null;
        return new PlanSignatures(run, await PeopleRows.ReadAsync(connection, plan.Name, run, KnownSigners.Load(GodwitHome.Folder()), cancellation));
    }
}
