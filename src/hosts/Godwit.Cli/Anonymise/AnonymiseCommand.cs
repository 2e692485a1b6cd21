using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Anonymise;

/// <summary><c>godwit anonymise</c>: production's data for staging, without the people in it.</summary>
internal static class AnonymiseCommand
{
    private static readonly Option<string?> To = new("--to") { Description = "An empty database that is filled; without a password.", HelpName = "URL" };

    private static readonly Option<string?> Dump = new("--dump") { Description = "A file for pg_restore that is written instead.", HelpName = "FILE" };

    private static readonly Option<string?> Backup = new("--backup") { Description = "The backup that it is made of; default: the newest verified one.", HelpName = "NAME" };

    public static readonly Option<int?> Days = new("--days") { Description = "Keep the rows of the last N days, and all that they refer to; default: all rows.", HelpName = "N" };

    private static readonly Option<bool> AcceptUnlisted = new("--accept-unlisted") { Description = "Go on though columns look personal that the runbook does not list." };

    static AnonymiseCommand() => Days.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int?>() is < 1 or > 36_500) result.AddError("--days takes 1 to 36500.");
    });

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("anonymise", "Makes an anonymised copy of a verified backup, as the runbook's `anonymise` says. The target is not touched.")
        { RunbookOptions.File, RunbookOptions.Set, To, Dump, Backup, Days, AcceptUnlisted, RunbookOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(To) is null == result.GetValue(Dump) is null) result.AddError("anonymise takes either --to or --dump.");
        });
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "anonymise", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => new AnonymiseSession(kinds, RunbookOptions.PathOf(result), RunbookOptions.SetOf(result), console, result.InvocationConfiguration.Output)
            {
                To = result.GetValue(To), Dump = result.GetValue(Dump), Backup = result.GetValue(Backup), Days = result.GetValue(Days), AcceptUnlisted = result.GetValue(AcceptUnlisted),
            }.RunAsync(cancellation), cancellation, "What was begun is thrown away; a database that was being filled is to be dropped."));
        return command;
    }
}
