using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backups;

/// <summary>Runs <c>backups: after:</c>, which carries a finished backup further.</summary>
public static class BackupFollowUp
{
    /// <param name="place">Whose settings say how.</param>
    /// <param name="name">The backup's.</param>
    /// <param name="copy">The folder of a copy of it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Why it was not carried further; nothing when it was, or where nothing is to be done.</returns>
    public static async Task<IReadOnlyList<Finding>> RunAsync(BackupPlace place, string name, string copy, TimeProvider time, CancellationToken cancellation)
    {
        if (place.Settings.After is not { } command) return [];
        var secrets = new SecretValues();
        var environment = new List<string> { $"GODWIT_BACKUP={name}", $"GODWIT_BACKUP_FOLDER={copy}" };
        foreach (var (variable, value) in command.Environment)
        {
            if (value.Resolve(place.Variables, secrets) is not { } text) return [Failed($"{value.Variable} is not set")];
            environment.Add($"{variable}={text}");
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

        Finding Failed(string why) => Finding.Error(FindingCodes.BackupDestination, $"backup {name} was not carried further by {command.Run[0]}: {why}", null, "The destinations have it; run the command by hand, or take a new backup.");
    }
}
