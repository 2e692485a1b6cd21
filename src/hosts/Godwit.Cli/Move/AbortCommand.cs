using System.CommandLine;
using Godwit.Cli.Move.Nested;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Move;

/// <summary><c>godwit abort</c>: removes what a move has put into the target, and nothing else.</summary>
internal static class AbortCommand
{
    private static readonly Option<string?> To = new("--to") { Description = "The target, where this folder has no unfinished run, or several.", HelpName = "URL" };

    private static readonly Option<string> Schema = new("--schema") { Description = "The target's schema, with --to.", HelpName = "NAME", DefaultValueFactory = _ => "public" };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("abort", "Ends a run of a runbook as it is, or removes what an unfinished or failed move has put into the target.")
        { RunCommands.Runbook, To, Schema, RunCommands.Target, RunCommands.AcceptRewind, MoveOptions.Json };
        command.SetAction((result, cancellation) =>
        {
            var json = result.GetValue(MoveOptions.Json);
            var configuration = result.InvocationConfiguration;
            if (result.GetValue(To) is null && RunCommands.RunbookOf(result) is { } runbook)
            {
                return RunCommands.GuardAsync(
                    "abort", json, configuration, console => new RunSession(kinds, runbook, RunCommands.NoSet, result.GetValue(RunCommands.Target), console) { AcceptRewind = result.GetValue(RunCommands.AcceptRewind) }.AbortAsync(cancellation), cancellation);
            }
            var console = new MoveConsole(configuration.Output, configuration.Error, json, showValues: false);
            if (result.GetValue(RunCommands.AcceptRewind) is not null)
                return Task.FromResult(Refuse(console, [Finding.Error(FindingCodes.NothingToResume, "--accept-rewind is about runs of runbooks, and no runbook is named or stands here", remedy: "Name the runbook.")], ExitCode.Usage));
            return MoveCommand.Guarded(
                json, "abort", console, _ => RunAsync(console, result.GetValue(To), result.GetRequiredValue(Schema), cancellation), configuration.Error, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(MoveConsole console, string? to, string schema, CancellationToken cancellation)
    {
        var (pointer, choices) = to is null ? await PointedRun.ChooseAsync("abort", cancellation) : (null, []);
        if (choices.Count > 0) return Refuse(console, choices, ExitCode.Usage);
        var address = to ?? pointer?.Request.To;
        if (address is null) return Refuse(console, [Finding.Error(FindingCodes.NothingToResume, "no run of this folder is unfinished (.godwit/runs)", remedy: "Name the target with --to.")], ExitCode.Usage);
        console.HasFound(RunPointer.Command("abort", address, pointer?.Request.Schema ?? schema));
        var url = PostgresUrl.Parse(address);
        if (url.Url is null) return Refuse(console, url.Findings, ExitCode.Usage);
        var reading = await PostgresTarget.ConnectAsync(url.Url, cancellationToken: cancellation);
        if (reading.Target is null) return Refuse(console, reading.Findings, ExitCode.Findings);
        await using var source = reading.Target.OpenSource(new SessionSettings { RunId = "abort", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var stored = await RunRows.FindAsync(connection, pointer?.Run, pointer is null ? schema : null, cancellation);
        if (stored is not null && PartOfRunbook.Find(stored) is { } others) return Refuse(console, [others], ExitCode.Findings);
        if (stored is null or { State: RunState.Verified or RunState.Aborted })
        {
            if (pointer is not null) RunPointer.Remove(pointer.Run);
            return Refuse(
                console,
                [Finding.Error(FindingCodes.NothingToResume, stored is null ? "the target holds no run" : $"run {stored.Description.Id} is {stored.State.ToString().ToLowerInvariant()}; only an unfinished or failed one is aborted")],
                ExitCode.Findings);
        }
        var entrance = await RunEntry.TakeOverAsync(
            reading.Target, stored.Description, RunHolder.Self(TimeProvider.System), [RunState.Running, RunState.Failed], holder => RunHolder.SayWaiting(console, holder), cancellation);
        switch (entrance)
        {
            case RunEntrance.Entered(var target):
                await using (target) await target.AbortAsync(cancellation);
                break;
            case RunEntrance.Held(var holder):
                return Refuse(console, [RunHolder.Refusal(holder, address, stored.Description.Plan.Schema)], ExitCode.Findings);
            default:
                return Refuse(console, [Finding.Error(FindingCodes.NothingToResume, $"run {stored.Description.Id} has ended meanwhile")], ExitCode.Findings);
        }
        RunPointer.Remove(stored.Description.Id);
        console.Line($"Aborted: the tables and views of run {stored.Description.Id} are gone from the target; the source is as it was.");
        return console.Finish(new MoveDocument { Command = "abort", Outcome = "aborted", ExitCode = ExitCode.Done, Run = stored.Description.Id.ToString() });
    }

    private static int Refuse(MoveConsole console, IReadOnlyList<Finding> findings, int exitCode)
    {
        console.Print(findings);
        return console.Finish(new MoveDocument
        {
            Command = "abort",
            Outcome = "refused",
            ExitCode = exitCode,
            Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }
}
