using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.People;

/// <summary>The target of what people say, and the runbook that it is about as far as it can be read.</summary>
internal sealed record PeopleTarget(PostgresTarget? Target, Runbook? Runbook, RunbookPlan? Plan, IReadOnlyList<Finding> Findings)
{
    public static async Task<PeopleTarget> ReachAsync(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is null && to is null) return new PeopleTarget(null, null, null, reading.Findings);
        var plan = reading.Runbook is { } runbook ? new RunbookPlanner(kinds).Plan(runbook).Plan : null;
        var target = await RunTarget.ReachAsync(to, reading.Runbook?.Target, reading.Runbook?.Folder ?? ".", cancellation);
        return new PeopleTarget(target.Target, reading.Runbook, plan, target.Findings);
    }

    public PostgresSource Open(string role) => Target!.OpenSource(new SessionSettings { RunId = "people", Role = role, LockTimeout = TimeSpan.FromSeconds(30) });
}
