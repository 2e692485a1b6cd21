using Godwit.Cli.Runs;
using Godwit.Engine.People;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.People;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.People;

/// <summary><c>godwit plan --out</c>: the plan in a file, for people who sign it elsewhere, with the database and the run that it is for where they can be asked.</summary>
internal sealed class PlanFileSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, RunConsole console)
{
    public async Task<int> WriteAsync(string output, CancellationToken cancellation)
    {
        var target = await PeopleTarget.ReachAsync(kinds, file, set, to, cancellation);
        if (target.Plan is not { } plan)
        {
            var reading = new RunbookReader(kinds).ReadFile(file, set);
            return console.Refuse([.. reading.Findings, .. reading.Runbook is { } runbook ? new RunbookPlanner(kinds).Plan(runbook).Findings : []]);
        }
        var written = new PlanFile(plan, null, null);
        if (target.Target is not null)
        {
            await using var source = target.Open("plan");
            await using var connection = await source.OpenAsync(cancellation);
            // One that has come to its end is for going back; an edited file is for the next.
            var run = await PeopleRows.FindOpenRunAsync(connection, plan.Name, cancellation) is { } open && (open.State != RunbookState.Finished || open.Plan.Hash == plan.Hash) ? open : null;
            written = new PlanFile(run?.Plan ?? plan, run?.Id, Statement.TargetOf(await TargetIdentityRows.ReadAsync(connection, cancellation)));
        }
        try
        {
            await File.WriteAllTextAsync(output, written.Write(), cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return console.Refuse([Finding.Error(FindingCodes.OutputUnwritable, $"{output} cannot be written: {e.Message}")]);
        }
        console.Console.Line($"The plan {written.Plan.Hash}{(written.Run is { } id ? $" of run {id}" : "")} is in {output}{(written.Target is null ? "; the database did not answer, so that it is for nobody but its author to sign" : "")}.");
        return console.Finish(new RunDocument { Outcome = "written", ExitCode = ExitCode.Done, Runbook = plan.Name, Plan = written.Plan.Hash, Run = written.Run?.ToString(), File = Path.GetFullPath(output) });
    }
}
