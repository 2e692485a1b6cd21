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

namespace Godwit.Cli.Backups;

/// <summary><c>godwit backup</c>: backups that are known to restore.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string?> Name = new("name") { Description = "The backup; default: the newest.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> NoVerify = new("--no-verify") { Description = "Does not restore and compare it: `godwit backup verify` does later." };

    private static readonly Option<string?> Keep = new("--keep") { Description = "How long backups are kept; default: what the runbook says, else 30d.", HelpName = "TIME" };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Says what would be removed." };

    public static Command Create(RunbookKinds kinds) => new("backup", "Backups of the target that are known to restore.") { Make(kinds), Verify(kinds), List(kinds), Prune(kinds) };

    private static Command Make(RunbookKinds kinds)
    {
        var command = new Command("create", "Takes a backup, encrypts it, writes it to every destination, and verifies it by restoring it.") { BackupOptions.Target, BackupOptions.Method, NoVerify };
        Act(command, "backup create", kinds, async (place, runbook, result, output, cancellation) =>
        {
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

    private static Command List(RunbookKinds kinds)
    {
        var command = new Command("list", "Lists the backups at the destinations.");
        Act(command, "backup list", kinds, (place, _, _, output, _) => Task.FromResult(BackupListing.Show(place, output)));
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
            return BackupListing.Prune(place, keep, result.GetValue(DryRun), await ReliedOn.ReadAsync(result.GetValue(BackupOptions.Target), runbook, place, cancellation), output);
        });
        return command;
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
