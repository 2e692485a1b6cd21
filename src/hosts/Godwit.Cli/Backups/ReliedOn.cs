using Godwit.Cli.Runs;
using Godwit.Engine.Backups;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Backups;

/// <summary>Which backups unfinished runs need: those that they were let on by, and those that they made.</summary>
internal static class ReliedOn
{
    /// <returns>Null where the target could not be asked.</returns>
    public static async Task<RunsBackups?> ReadAsync(string? to, Runbook? runbook, BackupPlace place, CancellationToken cancellation)
    {
        if (to is null && runbook is null) return null;
        var reading = await RunTarget.ReachAsync(to, runbook?.Target, runbook?.Folder ?? ".", cancellation);
        if (reading.Target is null) return null;
        await using var source = reading.Target.OpenSource(new SessionSettings { RunId = "prune", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        return await BackupsOfRuns.ReadAsync(connection, place.Store.List(), cancellation);
    }
}
