using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Notices;

/// <summary><c>godwit notices</c>: who is told what, how it would read, and what was sent.</summary>
internal static class NoticesCommand
{
    private static readonly Option<bool> Test = new("--test") { Description = "Send a message that says that it is a test, one to each address, and keep no record of it." };

    private static readonly Option<string?> Only = new("--notice") { Description = "The notice with this id alone.", HelpName = "ID" };

    public static Command Create(RunbookKinds kinds)
    {
        var list = new Command("list", "Lists the notices of a runbook, and those of its newest run with how they stand.") { RunbookOptions.File, RunbookOptions.Set, RunCommands.Target, RunbookOptions.Json };
        Act(list, "notices list", kinds, (session, _, token) => session.ListAsync(token));
        var preview = new Command("preview", "Prints every notice of a runbook as it would read; sends nothing.") { RunbookOptions.File, RunbookOptions.Set, Only, RunbookOptions.Json };
        Act(preview, "notices preview", kinds, (session, result, _) => Task.FromResult(session.Preview(result.GetValue(Only))));
        var send = new Command("send", "Sends what the newest run has not sent yet, at once; with --test a message that says that it is a test.") { RunbookOptions.File, RunbookOptions.Set, RunCommands.Target, Test, Only, RunbookOptions.Json };
        Act(send, "notices send", kinds, (session, result, token) => result.GetValue(Test) ? session.TestAsync(result.GetValue(Only), token) : session.SendAsync(token));
        return new Command("notices", "Who is told what and when.") { list, preview, send };
    }

    private static void Act(Command command, string name, RunbookKinds kinds, Func<NoticesSession, ParseResult, CancellationToken, Task<int>> act) =>
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            name, result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => act(new NoticesSession(kinds, RunbookOptions.PathOf(result), RunbookOptions.SetOf(result), command.Options.Contains(RunCommands.Target) ? result.GetValue(RunCommands.Target) : null, console), result, cancellation),
            cancellation, next: null));
}
