using System.CommandLine;
using Godwit.Cli.Journal;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Ledger;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Uninstalling;
using Godwit.Security.Signing;

namespace Godwit.Cli.Uninstalling;

/// <summary><c>godwit uninstall</c>: takes godwit's own schema out of a target, its content into a file.</summary>
internal static class UninstallCommand
{
    private static readonly Option<string> Export = new("--export") { Description = "Where everything that is removed goes; must not be there yet.", HelpName = "FILE", Required = true };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("uninstall", "Exports all that godwit keeps in a target, verifies the export, and drops the schema godwit.") { RunbookOptions.File, Export, RunCommands.Target, RunbookOptions.Json };
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "uninstall", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => RunAsync(kinds, RunbookOptions.PathOf(result), result.GetValue(RunCommands.Target), Path.GetFullPath(result.GetRequiredValue(Export)), console, cancellation), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(RunbookKinds kinds, string file, string? to, string path, RunConsole console, CancellationToken cancellation)
    {
        var runbook = to is null ? new RunbookReader(kinds).ReadFile(file, RunCommands.NoSet) : null;
        if (runbook is { Runbook: null }) return console.Refuse(runbook.Findings);
        if (File.Exists(path)) return console.Refuse([Finding.Error(FindingCodes.OutputUnwritable, $"{path} is already there", remedy: "Name another file: an export is never written over.")]);
        var (known, unusable) = SignerKeys.Load([]);
        if (known is null) return console.Refuse([unusable!]);
        var target = await RunTarget.ReachAsync(to, runbook?.Runbook?.Target, runbook?.Runbook?.Folder ?? ".", cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        await using var source = target.Target.OpenSource(new SessionSettings { RunId = "uninstall", Role = "drop", StatementLimit = TimeSpan.Zero });
        await using var connection = await source.OpenAsync(cancellation);
        var identity = await TargetIdentityRows.ReadAsync(connection, cancellation);
        switch (await Uninstaller.RunAsync(connection, path, known, cancellation))
        {
            case UninstallOutcome.Needed(var by):
                return console.Refuse([.. by.Select(b => Finding.Error(FindingCodes.StillNeeded, b, null, "End it first: `godwit finish`, `godwit rollback` or `godwit abort`."))]);
            case UninstallOutcome.Unsound(var problems):
                return console.Refuse([.. problems.Select(p => Finding.Error(FindingCodes.ExportUnsound, p, null, $"Nothing was removed; {path} stays for you to look at."))], ExitCode.NotVerified);
            case UninstallOutcome.Refused(var message):
                return console.Refuse([Finding.Error(FindingCodes.StillNeeded, message, null, "It is not godwit's, and godwit does not remove it: drop it, or move it elsewhere.")]);
            case UninstallOutcome.Removed(var rows):
                // What these files know is in the export; to the next run they would look like a target that went back.
                LedgerFolder.Of(GodwitHome.Folder()).RemoveAll(identity);
                console.Console.Line($"[green]Removed:[/] the schema godwit, {rows.Count} tables with {rows.Values.Sum():N0} rows. All of it is in {path}:");
                foreach (var (table, count) in rows.Where(r => r.Value > 0)) console.Console.Line($"  {table}: {count:N0}");
                return console.Finish(new RunDocument { Outcome = "uninstalled", ExitCode = ExitCode.Done, File = path, Removed = rows });
            default:
                console.Console.Line($"There is nothing of godwit's in the target.");
                return console.Finish(new RunDocument { Outcome = "nothing-to-do", ExitCode = ExitCode.Done });
        }
    }
}
