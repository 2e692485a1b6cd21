namespace Godwit.Engine.Backups;

/// <param name="Backup">Which.</param>
/// <param name="Kept">Why it stays; null when it goes.</param>
public sealed record PruneDecision(StoredBackup Backup, string? Kept);

/// <summary>Which backups go: those that are old enough, but never the newest verified one of a database, and none that an unfinished run relies on.</summary>
public static class BackupRetention
{
    /// <param name="backups">All there are.</param>
    /// <param name="now">The time.</param>
    /// <param name="keep">How long they stay.</param>
    /// <param name="reliedOn">Names that unfinished runs rely on; null: nobody could say, and what was made in a run stays.</param>
    public static IReadOnlyList<PruneDecision> Decide(IReadOnlyList<StoredBackup> backups, DateTimeOffset now, TimeSpan keep, IReadOnlySet<string>? reliedOn)
    {
        var newest = backups.Where(b => b is { Manifest: not null, Verification: not null })
            .GroupBy(b => (b.Manifest!.Origin.System, b.Manifest.Origin.Database)).Select(g => g.MaxBy(b => b.Manifest!.SnapshotAt)!.Name).ToHashSet(StringComparer.Ordinal);
        return [.. backups.Select(b => new PruneDecision(b, Reason(b)))];

        string? Reason(StoredBackup backup) =>
            backup.Manifest is not { } manifest ? "its manifest is not taken: look at it, and remove it by hand"
            : now - manifest.SnapshotAt < keep ? "it is young enough"
            : newest.Contains(backup.Name) ? "it is the newest verified one"
            : reliedOn?.Contains(backup.Name) == true ? "an unfinished run relies on it"
            : reliedOn is null && manifest.Run is not null ? "it was made in a run, and whether that is finished could not be asked"
            : null;
    }
}
