using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Cli.Serve;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.People;

/// <summary><c>godwit admin init</c>: the first administrator of a target, once.</summary>
internal static class AdminCommand
{
    public static Command Create(RunbookKinds kinds)
    {
        var begin = new Command("init", "Pins the first administrator of a target. It works once: afterwards it is refused, whatever became of them.")
        { PersonCommand.Name, PersonCommand.PublicKey, PersonCommand.Runbook, RunCommands.Target, RunbookOptions.Json };
        begin.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "admin init", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => new RegisterSession(kinds, RunbookOptions.FileOf(result.GetRequiredValue(PersonCommand.Runbook)), result.GetValue(RunCommands.Target), console)
                .BeginAsync(result.GetRequiredValue(PersonCommand.Name), result.GetRequiredValue(PersonCommand.PublicKey), cancellation), cancellation, next: null));
        return new Command("admin", "The administrators of a target.") { begin, FirstAdministratorCommand.Create() };
    }
}
