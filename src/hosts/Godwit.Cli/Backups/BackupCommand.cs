using System.CommandLine;
using Godwit.Cli.Runs;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Security.Signing;
using Godwit.Sqlite.Backups;

namespace Godwit.Cli.Backups;

/// <summary><c>godwit backup</c>: backups that are known to restore.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string?> Name = new("name") { Description = "The backup; default: the newest.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> NoVerify = new("--no-verify") { Description = "Does not restore and compare it: `godwit backup verify` does later." };

    private static readonly Option<string?> Keep = new("--keep") { Description = "How long backups are kept; default: what the runbook says, else 30d.", HelpName = "TIME" };

    private static readonly Option<string?> Into = new("--into") { Description = "The database to restore into; default: the runbook's target. It may be missing or empty, else --replace.", HelpName = "URL" };

    private static readonly Option<string?> BackupFile = new("--file") { Description = "Where a SQLite database goes.", HelpName = "FILE" };

    private static readonly Option<string?> Replace = new("--replace") { Description = "Why what is there may be replaced.", HelpName = "REASON" };

    private static readonly Option<bool> DropFormer = new("--drop-former") { Description = "Removes what was there, instead of keeping it under another name." };

    private static readonly Option<string?> Folder = new("--folder") { Description = "Where the data folder of a physical backup goes: empty, or not there yet.", HelpName = "FOLDER" };

    private static readonly Option<string?> Point = new("--to-point") { Description = "The restore point to which a physical backup is recovered; default: its own.", HelpName = "NAME" };

    private static readonly Option<string?> Every = new("--every") { Description = "How often; default: 6h.", HelpName = "TIME" };

    private static readonly Option<int?> Times = new("--times") { Description = "Ends after so many; default: never.", HelpName = "N" };

    private static readonly Option<bool> Systemd = new("--systemd") { Description = "Prints a service and a timer for systemd." };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Says what would be removed." };

    public static Command Create(RunbookKinds kinds) => new("backup", "Backups of the target that are known to restore.") { Make(kinds), Verify(kinds), Restore(kinds), List(kinds), Prune(kinds), Schedule(kinds) };

    private static Command Make(RunbookKinds kinds)
    {
        var command = new Command("create", "Takes a backup, encrypts it, writes it to every destination, and verifies it by restoring it.") { BackupOptions.Target, BackupOptions.Source, NoVerify };
        Choose(command);
        Act(command, "backup create", kinds, async (place, runbook, result, output, cancellation) =>
        {
            if (result.GetValue(BackupOptions.Source) is { } file)
                return await new BackupSession(place, output, TimeProvider.System).CreateAsync((request, token) => SqliteBackup.CreateAsync(file, request, token), !result.GetValue(NoVerify), cancellation);
            var reading = await RunTarget.ReachAsync(result.GetValue(BackupOptions.Target), runbook?.Target, runbook?.Folder ?? ".", cancellation);
            if (reading.Target is not { } target) return output.Refuse(reading.Findings);
            return await new BackupSession(place, output, TimeProvider.System).CreateAsync((request, token) => PostgresBackups.CreateAsync(target, request, token), !result.GetValue(NoVerify), cancellation);
        });
        return command;
    }

    private static Command Verify(RunbookKinds kinds)
    {
        var command = new Command("verify", "Restores a backup into a server of its own and compares it. Exit 0: it is right; 3: it is not.") { Name };
        Act(command, "backup verify", kinds, (place, _, result, output, cancellation) => new BackupSession(place, output, TimeProvider.System).VerifyAsync(result.GetValue(Name), cancellation));
        return command;
    }

    private static Command Restore(RunbookKinds kinds)
    {
        var command = new Command("restore", "Restores a verified backup: as a database, in whose place what was there is kept under another name; or as a server's data folder.") { Name, Into, BackupFile, Replace, DropFormer, Folder, Point };
        command.Validators.Add(r =>
        {
            if (r.GetValue(Folder) is not null && (r.GetValue(Into) is not null || r.GetValue(Replace) is not null)) r.AddError("--folder is for physical backups, --into and --replace are for others.");
            if (r.GetValue(Point) is not null && r.GetValue(Folder) is null) r.AddError("--to-point needs --folder.");
            if (r.GetValue(Replace) is { } reason && string.IsNullOrWhiteSpace(reason)) r.AddError("--replace takes the reason.");
        });
        Act(command, "backup restore", kinds, async (place, runbook, result, output, cancellation) =>
        {
            var session = new RestoreSession(place, output);
            if (result.GetValue(BackupFile) is { } file) return await session.IntoFileAsync(result.GetValue(Name), file, result.GetValue(Replace), result.GetValue(DropFormer), cancellation);
            if (result.GetValue(Folder) is { } folder) return await session.IntoFolderAsync(result.GetValue(Name), folder, result.GetValue(Point), cancellation);
            var (reading, database) = await RunTarget.ReachServerAsync(result.GetValue(Into), runbook?.Target, runbook?.Folder ?? ".", "postgres", cancellation);
            if (reading.Target is not { } server || database is null) return output.Refuse(reading.Findings);
            return await session.IntoDatabaseAsync(result.GetValue(Name), server, database, result.GetValue(Replace), result.GetValue(DropFormer), cancellation);
        });
        return command;
    }

    private static Command Schedule(RunbookKinds kinds)
    {
        var command = new Command("schedule", "Takes and verifies a backup again and again, whatever fails in between; or prints the units with which systemd does.") { BackupOptions.Target, Every, Times, Systemd };
        Choose(command);
        Every.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && (!DurationText.TryParse(r.Tokens[0].Value, out var every) || every < TimeSpan.FromSeconds(1))) r.AddError("--every takes a time such as 6h.");
        });
        Act(command, "backup schedule", kinds, async (place, runbook, result, output, cancellation) =>
        {
            var every = DurationText.Parse(result.GetValue(Every) ?? "6h");
            if (result.GetValue(Systemd)) return BackupUnits.Print(every, result, result.InvocationConfiguration.Output) is { Count: > 0 } refused ? output.Refuse(refused) : ExitCode.Done;
            return await new BackupSchedule(place, output, TimeProvider.System).RunAsync(
                every, result.GetValue(Times),
                async (request, token) =>
                {
                    var reading = await RunTarget.ReachAsync(result.GetValue(BackupOptions.Target), runbook?.Target, runbook?.Folder ?? ".", token);
                    return reading.Target is { } target ? await PostgresBackups.CreateAsync(target, request, token) : throw new BackupException(reading.Findings);
                },
                token => ReliedOn.ReadAsync(result.GetValue(BackupOptions.Target), runbook, place, token), cancellation);
        });
        return command;
    }

    private static Command List(RunbookKinds kinds)
    {
        var command = new Command("list", "Lists the backups at the destinations.");
        Act(command, "backup list", kinds, (place, _, _, output, cancellation) => BackupListing.ShowAsync(place, output, cancellation));
        return command;
    }

    private static Command Prune(RunbookKinds kinds)
    {
        var command = new Command("prune", "Removes backups that are old enough; never the newest verified one, nor one that an unfinished run relies on.") { BackupOptions.Target, Keep, DryRun };
        Keep.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && !DurationText.TryParse(r.Tokens[0].Value, out _)) r.AddError($"--keep takes {DurationText.Expected}.");
        });
        Act(command, "backup prune", kinds, async (place, runbook, result, output, cancellation) =>
        {
            var keep = result.GetValue(Keep) is { } text ? DurationText.Parse(text) : place.Settings.Keep;
            return await BackupListing.PruneAsync(place, keep, result.GetValue(DryRun), await ReliedOn.ReadAsync(result.GetValue(BackupOptions.Target), runbook, place, cancellation), output, cancellation);
        });
        return command;
    }

    private static void Choose(Command command)
    {
        foreach (var option in BackupOptions.Methods) command.Options.Add(option);
        command.Validators.Add(BackupOptions.CheckMethods);
    }

    private static void Act(Command command, string name, RunbookKinds kinds, Func<BackupPlace, Runbook?, ParseResult, BackupOutput, CancellationToken, Task<int>> act)
    {
        foreach (var option in BackupOptions.Places) command.Options.Add(option);
        command.SetAction((result, cancellation) => BackupOutput.GuardedAsync(result, name, async output =>
        {
            var (place, runbook, findings) = BackupOptions.Resolve(result, kinds, GodwitHome.Folder());
            if (place is null) return output.Refuse(findings);
            using (place) return await act(place, runbook, result, output, cancellation);
        }, cancellation));
    }
}
