using Godwit.Cli.Live;
using Godwit.Cli.Move;
using Godwit.Cli.Rehearsals;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Live;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Runs;

/// <summary>Looks at runs beside whoever carries them on, and asks for a pause. None of it takes the lease.</summary>
internal sealed class RunInquiries(RunbookAtHand at, RunConsole console)
{
    /// <summary>Between two looks at a run that show how fast it is.</summary>
    private static readonly TimeSpan s_glance = TimeSpan.FromSeconds(1);

    private static readonly TimeProvider s_time = TimeProvider.System;

    public Task<int> PauseAsync(CancellationToken cancellation) => AskAsync(
        async (connection, run) =>
        {
            if (!await RunbookRows.AskToPauseAsync(connection, run.Id, cancellation))
                return console.Refuse([Finding.Error(FindingCodes.RunStateForbids, $"run {run.Id} is {RunWords.Of(run.State)}: nobody is at work on it")]);
            console.Console.Line($"Asked run {run.Id} to pause; it does after the part at hand.");
            return console.Finish(new RunDocument { Outcome = "asked", ExitCode = ExitCode.Done, Run = run.Id.ToString(), Runbook = run.Plan.Name });
        },
        cancellation);

    /// <param name="watch">How often it is shown anew until nobody is at work on the run any more; null shows it once.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<int> StatusAsync(TimeSpan? watch, CancellationToken cancellation) => AskAsync(
        async (connection, run) =>
        {
            RunbookRun? earlier = null;
            while (true)
            {
                var view = await RunView.ReadAsync(connection, run.Id, KnownSigners.Load(GodwitHome.Folder()), cancellation) ?? throw new InvalidOperationException("the run's rows are gone");
                if (earlier is null && IsAtWork(view.Run))
                {
                    earlier = view.Run;
                    await Task.Delay(s_glance, s_time, cancellation);
                    continue;
                }
                if (watch is not null) console.Clear();
                var over = watch is not null && view.Run.Runner is not { Alive: true };
                var code = RunStatus.Show(console, at.Kinds, view, earlier, await RehearsedTimes.ReadAsync(connection, view.Run.Plan, cancellation), await RunbookAtHand.ComparedAsync(connection, run.Plan.Name, cancellation), over ? WatchedCode(view.Run) : ExitCode.Done);
                if (over || watch is not { } every) return code;
                earlier = view.Run;
                await Task.Delay(every, s_time, cancellation);
            }
        },
        cancellation);

    private static bool IsAtWork(RunbookRun run) => run.Runner is { Alive: true } && run.Steps.Any(s => s.State is StepState.Applying or StepState.Undoing);

    /// <summary>As the runner that was watched leaves: a runner that is gone without a word is a fault.</summary>
    private static int WatchedCode(RunbookRun run) => run.State switch
    {
        RunbookState.Running => ExitCode.Fault,
        RunbookState.Paused => ExitCode.Paused,
        RunbookState.RolledBack => ExitCode.RolledBack,
        _ => ExitCode.Done,
    };

    /// <summary>Where writers belong now: for applications, and scripts, that ask.</summary>
    public Task<int> EndpointAsync(CancellationToken cancellation) => AskAsync(
        async (connection, run) =>
        {
            var live = (await LiveStanding.ReadAsync(connection, run.Id, cancellation)).Select(LiveDocument.Of).ToList();
            if (live.Count == 0) return console.Refuse([Finding.Error(FindingCodes.LiveNotFound, $"run {run.Id} of {run.Plan.Name} has begun no live move", null, "A step `move` with `live: true` begins one.")]);
            foreach (var move in live) console.Console.Line($"{move.Side} {move.Url}{(move.Schema is { } schema ? $" schema {schema}" : "")}");
            return console.Finish(new RunDocument { Outcome = "endpoint", ExitCode = ExitCode.Done, Run = run.Id.ToString(), Runbook = run.Plan.Name, Live = live });
        },
        cancellation);

    public async Task<int> HistoryAsync(CancellationToken cancellation)
    {
        var (target, name, findings) = await at.ReachAsync(cancellation);
        if (target is null) return console.Refuse(findings);
        await using var source = target.OpenSource(new SessionSettings { RunId = "history", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var runs = await RunbookRows.ListAsync(connection, name, cancellation);
        foreach (var run in runs) console.Console.Line($"{run.StartedAt:yyyy-MM-dd HH:mm:ss}Z  {RunWords.Of(run.State),-11} {run.Plan.Name}  {run.Id}  plan {run.Plan.Hash[..12]}");
        if (runs.Count == 0) console.Console.Line($"There is no run.");
        return console.Finish(new RunDocument { Outcome = "history", ExitCode = ExitCode.Done, Runs = [.. runs.Select(RunLine.Of)] });
    }

    private async Task<int> AskAsync(Func<NpgsqlConnection, RunbookRun, Task<int>> ask, CancellationToken cancellation)
    {
        var (target, name, findings) = await at.ReachAsync(cancellation);
        if (target is null) return console.Refuse(findings);
        await using var source = target.OpenSource(new SessionSettings { RunId = "ask", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        if (await RunbookAtHand.NewestAsync(connection, name, cancellation) is { } run) return await ask(connection, run);
        return await RunbookAtHand.ComparedAsync(connection, name, cancellation) is { Count: > 0 } lost ? new RunEnds(console).Rewound(lost) : console.Refuse([RunRefusals.NoRun(name)]);
    }
}
