using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backups;

/// <summary>Runs <c>backups: after:</c>, which carries a finished backup further.</summary>
public static class BackupFollowUp
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(BackupPlace place, BackupMade made, TimeProvider time, CancellationToken cancellation)
    {
        if (place.Settings.After is not { } command) return [];
        var secrets = new SecretValues();
        var environment = new List<string> { $"GODWIT_BACKUP={made.Manifest.Name}", $"GODWIT_BACKUP_FOLDER={Path.Combine(made.Writing.Written[0], made.Manifest.Name)}" };
        foreach (var (name, value) in command.Environment)
        {
            if (value.Resolve(place.Variables, secrets) is not { } text) return [Failed($"{value.Variable} is not set")];
            environment.Add($"{name}={text}");
        }
        var folder = Path.GetFullPath(command.Folder, place.Folder);
        if (ChildProgram.Find(command.Run[0], place.Folder) is not { } program || !Directory.Exists(folder)) return [Failed($"{command.Run[0]} or its folder is not there")];
        return await ChildProgram.RunAsync(program, command.Run.Skip(1), environment, folder, place.Settings.AfterLimit, secrets, time, cancellation, command.KeepOutput) switch
        {
            CommandEnd.Ended { ExitCode: { } code } when command.ExitCodes.Contains(code) => [],
            CommandEnd.Ended ended => [Failed($"it ended with {(ended.ExitCode is { } code ? $"exit code {code}" : $"signal {ended.Signal}")}")],
            CommandEnd.TookTooLong => [Failed("it took too long, and was ended")],
            CommandEnd.NotStarted(var reason) => [Failed(reason)],
            _ => throw new InvalidOperationException(),
        };

        Finding Failed(string why) => Finding.Error(FindingCodes.BackupDestination, $"backup {made.Manifest.Name} was not carried further by {command.Run[0]}: {why}", null, "The destinations have it; run the command by hand, or take a new backup.");
    }
}
