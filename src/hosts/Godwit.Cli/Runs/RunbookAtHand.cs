using Godwit.Engine.Ledger;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Runs;

/// <summary>The runbook that a command is about: its file, its target, and its newest run there.</summary>
internal sealed record RunbookAtHand(RunbookKinds Kinds, string File, IReadOnlyDictionary<string, string> Set, string? To)
{
    /// <summary>Where secrets and the application's variables come from.</summary>
    public IRunEnvironment Variables { get; init; } = ProcessEnvironment.Instance;

    /// <summary>Where connections get their password from.</summary>
    public ConnectionEnvironment Connections { get; init; } = ConnectionEnvironment.Process;

    /// <summary>The runbook as its file has it now, and what is wrong with it.</summary>
    public (RunbookPlan? Plan, Runbook? Runbook, IReadOnlyList<Finding> Findings) Plan() => Plan(Set);

    public (RunbookPlan? Plan, Runbook? Runbook, IReadOnlyList<Finding> Findings) Plan(IReadOnlyDictionary<string, string> parameters)
    {
        var reading = new RunbookReader(Kinds).ReadFile(File, parameters);
        if (reading.Runbook is null) return (null, null, reading.Findings);
        var planning = new RunbookPlanner(Kinds).Plan(reading.Runbook);
        return (planning.Plan, reading.Runbook, [.. reading.Findings, .. planning.Findings]);
    }

    /// <summary>The target, and the runbook's name. The runbook's other faults do not matter for looking at a run that is there.</summary>
    public async Task<(PostgresTarget? Target, string? Name, IReadOnlyList<Finding> Findings)> ReachAsync(CancellationToken cancellation)
    {
        var reading = new RunbookReader(Kinds).ReadFile(File, Set);
        if (reading.Runbook is null && To is null) return (null, null, reading.Findings);
        var target = await RunTarget.ReachAsync(To, reading.Runbook?.Target, reading.Runbook?.Folder ?? ".", Connections, cancellation);
        return (target.Target, reading.Runbook?.Name, target.Findings);
    }

    /// <summary>Another database that a plan names; null where it names none of that name.</summary>
    public async Task<TargetReading?> ReachSourceAsync(RunbookPlan plan, string folder, string name, CancellationToken cancellation) =>
        plan.Sources.TryGetValue(name, out var source) && source.Literal is null ? await RunTarget.ReachAsync(null, source, folder, Connections, cancellation) : null;

    /// <summary>What this machine's ledgers say against a target.</summary>
    public static async Task<IReadOnlyList<Finding>> ComparedAsync(NpgsqlConnection connection, string? name, CancellationToken cancellation)
    {
        if (name is null) return [];
        try
        {
            return (await LedgerCheck.MakeAsync(connection, LedgerFolder.Of(GodwitHome.Folder()), name, KnownSigners.Load(GodwitHome.Folder()), cancellation)).Findings;
        }
        catch (LedgerException fault)
        {
            return [LedgerFindings.Unusable(fault)];
        }
    }

    /// <summary>The newest run of a runbook; null where there is none.</summary>
    public static async Task<RunbookRun?> NewestAsync(NpgsqlConnection connection, string? name, CancellationToken cancellation) =>
        await RunbookRows.ListAsync(connection, name, cancellation) is [var newest, ..] ? await RunbookRows.FindAsync(connection, newest.Id, cancellation) : null;
}
