using Godwit.Engine.Backups;
using Godwit.Postgres.Backups.PgBackRest;

namespace Godwit.Cli.Backups;

/// <summary>What there is, and what goes.</summary>
internal static class BackupListing
{
    public static async Task<int> ShowAsync(BackupPlace place, BackupOutput output, CancellationToken cancellation)
    {
        var backups = place.Store.List();
        var presence = await PgBackRestRepositories.LookAsync(backups, place, TimeProvider.System, cancellation);
        foreach (var backup in backups)
        {
            if (backup.Manifest is not { } manifest)
            {
                output.Line($"{backup.Name}  [red]not taken[/]: {backup.Copies[0].Refusal}");
                continue;
            }
            var verified = backup.Verification is { } v ? $"verified, restore takes about {Math.Max(1, Math.Round(v.RestoreTook.TotalSeconds))} s" : "not verified";
            output.Line($"{backup.Name}  {manifest.SnapshotAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {manifest.Method.ToString().ToLowerInvariant()}  {manifest.Origin.Name}  {backup.Bytes / 1e6:0.0} MB  {verified}  {backup.Copies.Count(c => c.Manifest is not null)} of {place.Destinations.Count} destinations");
            if (manifest.RestorePoint is { } point) output.Line($"    restore point {point}");
            if (manifest.PgBackRest is { } kept) output.Line($"    in pgBackRest's {kept} ({kept.Type})");
            if (presence.GetValueOrDefault(backup.Name) is { There: not true } gone) output.Line($"    [red]{(gone.There is null ? "not seen there" : "gone")}[/]: {gone.Saw}");
            foreach (var problem in backup.Copies.Where(c => c.Refusal is not null)) output.Line($"    [red]{problem.Destination}[/]: {problem.Refusal}");
        }
        if (backups.Count == 0) output.Line($"There is no backup at {string.Join(", ", place.Destinations)}.");
        return output.Finish([], new BackupDocument { Command = "", Outcome = "listed", ExitCode = ExitCode.Done, Backups = [.. backups.Select(b => BackupLine.Of(b, presence: presence.GetValueOrDefault(b.Name)))] });
    }

    /// <param name="place">Where they are.</param>
    /// <param name="keep">How long they stay.</param>
    /// <param name="dryRun">Removes nothing.</param>
    /// <param name="reliedOn">What unfinished runs need; null: nobody could say.</param>
    /// <param name="output">Where it is told.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<int> PruneAsync(BackupPlace place, TimeSpan keep, bool dryRun, RunsBackups? reliedOn, BackupOutput output, CancellationToken cancellation)
    {
        var backups = place.Store.List();
        var presence = await PgBackRestRepositories.LookAsync(backups, place, TimeProvider.System, cancellation);
        var decisions = BackupRetention.Decide(backups, TimeProvider.System.GetUtcNow(), keep, reliedOn, presence);
        foreach (var (backup, kept) in decisions)
        {
            if (kept is not null)
            {
                output.Line($"{backup.Name} stays: {kept}");
                continue;
            }
            if (!dryRun)
            {
                foreach (var copy in backup.Copies) BackupStore.Remove(copy);
            }
            output.Line($"{backup.Name} {(dryRun ? "would be removed" : "is removed")}{(backup.Manifest?.PgBackRest is null ? "" : ": pgBackRest has let it go")}");
        }
        if (!dryRun) place.Store.SweepDrafts();
        return output.Finish([], new BackupDocument { Command = "", Outcome = "pruned", ExitCode = ExitCode.Done, Backups = [.. decisions.Select(d => BackupLine.Of(d.Backup, d.Kept, presence.GetValueOrDefault(d.Backup.Name)))] });
    }
}
