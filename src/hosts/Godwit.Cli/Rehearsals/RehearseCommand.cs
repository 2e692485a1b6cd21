using System.CommandLine;
using Godwit.Cli.Anonymise;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Rehearsals;

/// <summary><c>godwit rehearse</c>: the whole of a plan, forward and back, on copies that are thrown away.</summary>
internal static class RehearseCommand
{
    private static readonly Option<int> Count = new("--count")
    {
        Description = "How many good rehearsals of this plan there are to be; those that are on record count.", HelpName = "N", DefaultValueFactory = _ => RehearsalDemands.DefaultCount,
    };

    private static readonly Option<bool> Afresh = new("--afresh") { Description = "Make that many, whatever is on record." };

    private static readonly Option<string?> Backup = new("--backup") { Description = "The backup that is restored; default: the newest verified one.", HelpName = "NAME" };

    private static readonly Option<bool> Anonymise = new("--anonymise") { Description = "Mask the copy's personal columns first, as the runbook's `anonymise` says." };

    private const string OnRecord = "A rehearsal that did not come to its end does not count; `godwit rehearse` goes on with the count, and removes what was left of it.";

    static RehearseCommand() => Count.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is < 1 or > 100) result.AddError("--count takes 1 to 100.");
    });

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("rehearse", "Carries a plan out on copies of the target that are thrown away: forward, everything back, again. The target itself is not touched.")
        { RunbookOptions.File, RunbookOptions.Set, RunCommands.Target, Count, Afresh, Backup, Anonymise, AnonymiseCommand.Days, RunbookOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(AnonymiseCommand.Days) is not null && !result.GetValue(Anonymise)) result.AddError("--days goes with --anonymise.");
        });
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "rehearse", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => new RehearseSession(kinds, RunbookOptions.PathOf(result), RunbookOptions.SetOf(result), result.GetValue(RunCommands.Target), console, result.InvocationConfiguration.Output)
            {
                Count = result.GetValue(Count), Afresh = result.GetValue(Afresh), Backup = result.GetValue(Backup), Anonymise = result.GetValue(Anonymise), Days = result.GetValue(AnonymiseCommand.Days),
            }.RunAsync(cancellation), cancellation, OnRecord));
        return command;
    }
}
