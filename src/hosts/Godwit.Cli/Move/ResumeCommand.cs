using System.CommandLine;
using Godwit.Cli.Detaching;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;

namespace Godwit.Cli.Move;

/// <summary><c>godwit resume</c>: goes on with a run that stopped, from where its committed progress stands.</summary>
internal static class ResumeCommand
{
    private static readonly Option<string?> To = new("--to") { Description = "The target, where this folder has no unfinished run, or several.", HelpName = "URL" };

    private static readonly Option<string?> From = new("--from") { Description = "The source, when it has been put elsewhere.", HelpName = "FILE" };

    private static readonly Option<string> Schema = new("--schema") { Description = "The target's schema, with --to.", HelpName = "NAME", DefaultValueFactory = _ => "public" };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("resume", "Goes on with a run of a runbook, or with a move, that stopped.")
        { RunCommands.Runbook, To, From, Schema, RunCommands.Target, RunCommands.Unknown, RunCommands.Seen, RunCommands.Journal, RunCommands.AcceptRewind, RunCommands.Certificate, RunCommands.Wait, RunCommands.Detach, RunCommands.Log, MoveOptions.Json, MoveOptions.ShowValues };
        command.SetAction((result, cancellation) =>
        {
            var json = result.GetValue(MoveOptions.Json);
            var configuration = result.InvocationConfiguration;
            if (result.GetValue(To) is null && RunCommands.RunbookOf(result) is { } runbook)
            {
                UnknownStatement? unknown = result.GetValue(RunCommands.Unknown) switch { "again" => UnknownStatement.Again, "done" => UnknownStatement.Done, _ => null };
                return RunCommands.GuardAsync(
                    "resume", json, configuration, console => result.GetValue(RunCommands.Detach) ? DetachedRun.StartAsync(result, result.GetValue(RunCommands.Log), console, cancellation) : new RunSession(kinds, runbook, RunCommands.NoSet, result.GetValue(RunCommands.Target), console) { Unknown = unknown, Seen = result.GetValue(RunCommands.Seen), Journal = result.GetValue(RunCommands.Journal), AcceptRewind = result.GetValue(RunCommands.AcceptRewind), Certificate = result.GetValue(RunCommands.Certificate), Wait = result.GetValue(RunCommands.Wait) }.ResumeAsync(cancellation), cancellation);
            }
            if (result.GetValue(RunCommands.Detach))
            {
                configuration.Error.WriteLine("godwit: --detach is for runs of runbooks");
                return Task.FromResult(ExitCode.Usage);
            }
            var console = new MoveConsole(configuration.Output, configuration.Error, json, result.GetValue(MoveOptions.ShowValues));
            var session = new ResumeSession(console, result.GetValue(To), result.GetValue(From), result.GetRequiredValue(Schema), json);
            return MoveCommand.Guarded(json, "resume", console, _ => session.RunAsync(cancellation), configuration.Error, cancellation);
        });
        return command;
    }
}
