using Godwit.Engine.Backups;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>Does again in a restored database what happened since its backup and must not be undone by it: erasures, revocations. Nobody else is let in before.</summary>
internal static class ReplayRun
{
    /// <exception cref="BackupException">A step failed: the database is not to be opened.</exception>
    public static async Task RunAsync(PostgresTarget restored, BackupPlace place, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        foreach (var (i, step) in place.Settings.Replay.Index())
        {
            note($"replay {i + 1} of {place.Settings.Replay.Count}");
            if (step.Sql is { } sql) await ExecuteAsync(restored, sql, i, cancellation);
            else await CommandAsync(restored, step.Command!, place, i, time, cancellation);
        }
    }

    private static async Task ExecuteAsync(PostgresTarget restored, string sql, int index, CancellationToken cancellation)
    {
        await using var source = restored.OpenSource(new SessionSettings { RunId = "restore", Role = "replay", StatementLimit = TimeSpan.Zero, SearchPath = "public" });
        await using var connection = await source.OpenAsync(cancellation);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await LogicalRestore.ExecuteAsync(connection, sql, cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException e)
        {
            // In the server's words only where they name parts of the statement, and no row.
            throw Failed(index, e.SqlState.StartsWith("42", StringComparison.Ordinal) ? $"{e.SqlState} {e.MessageText}" : e.SqlState);
        }
    }

    private static async Task CommandAsync(PostgresTarget restored, CommandSettings command, BackupPlace place, int index, TimeProvider time, CancellationToken cancellation)
    {
        var secrets = new SecretValues();
        var environment = restored.ClientVariables().ToList();
        foreach (var (name, value) in command.Environment) environment.Add($"{name}={value.Resolve(place.Variables, secrets) ?? throw Failed(index, $"{value.Variable} is not set")}");
        if (ChildProgram.Find(command.Run[0], place.Folder) is not { } program) throw Failed(index, $"there is no program {command.Run[0]}");
        var end = await ChildProgram.RunAsync(program, command.Run.Skip(1), environment, Path.GetFullPath(command.Folder, place.Folder), CommandRunner.DefaultTimeout, secrets, time, cancellation);
        if (end is not CommandEnd.Ended { ExitCode: { } code } || !command.ExitCodes.Contains(code))
            throw Failed(index, end switch { CommandEnd.Ended ended => $"it ended with exit code {ended.ExitCode}", CommandEnd.TookTooLong => "it took too long", CommandEnd.NotStarted(var reason) => reason, _ => "" });
    }

    private static BackupException Failed(int index, string why) =>
        new(FindingCodes.ReplayFailed, $"replay {index + 1} of the restored database failed: {why}", "Mend it, and restore again. The restored database was not opened.");
}
