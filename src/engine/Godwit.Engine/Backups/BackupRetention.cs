using Godwit.Engine.Backups.PgBackRest;

namespace Godwit.Engine.Backups;

/// <param name="Backup">Which.</param>
/// <param name="Kept">Why it stays; null when it goes.</param>
public sealed record PruneDecision(StoredBackup Backup, string? Kept);

/// <summary>Backups that unfinished runs of one database rely on. Of runs of other databases it says nothing.</summary>
/// <param name="Names">Which.</param>
/// <param name="Runs">All runs that the database knows, finished ones too: a restore takes them into another database.</param>
public sealed record RunsBackups(IReadOnlySet<string> Names, IReadOnlySet<Guid> Runs);

/// <summary>Which backups go: those that are old enough, but never the newest verified one of a database, and none that an unfinished run relies on. Of those that pgBackRest keeps
/// only the record goes, once pgBackRest has let go of the backup itself.</summary>
public static class BackupRetention
{
    /// <param name="backups">All there are.</param>
    /// <param name="now">The time.</param>
    /// <param name="keep">How long they stay.</param>
    /// <param name="reliedOn">What unfinished runs rely on. Of a run that its database does not know, and of all where it is null, nobody could say: what was made in it stays.</param>
    /// <param name="presence">Of the backups that pgBackRest keeps, by their names.</param>
    public static IReadOnlyList<PruneDecision> Decide(
        IReadOnlyList<StoredBackup> backups, DateTimeOffset now, TimeSpan keep, RunsBackups? reliedOn, IReadOnlyDictionary<string, PgBackRestPresence> presence)
    {
        var newest = backups.Where(b => b is { Manifest.PgBackRest: null, Verification: not null })
            .GroupBy(b => (b.Manifest!.Origin.System, b.Manifest.Origin.Database)).Select(g => g.MaxBy(b => b.Manifest!.SnapshotAt)!.Name).ToHashSet(StringComparer.Ordinal);
        return [.. backups.Select(b => new PruneDecision(b, Reason(b)))];

        string? Reason(StoredBackup backup) =>
            backup.Manifest is not { } manifest ? "its manifest is not taken: look at it, and remove it by hand"
            : manifest.PgBackRest is not null ? Kept(presence.GetValueOrDefault(backup.Name))
            : now - manifest.SnapshotAt < keep ? "it is young enough"
            : newest.Contains(backup.Name) ? "it is the newest verified one"
            : reliedOn?.Names.Contains(backup.Name) == true ? "an unfinished run relies on it"
            : manifest.Run is { } run && reliedOn?.Runs.Contains(run) != true ? "it was made in a run, and whether that is finished could not be asked"
            : null;

        static string? Kept(PgBackRestPresence? presence) => presence?.There switch
        {
            true => "pgBackRest keeps it for as long as its own retention says",
            false => null,
            null => $"whether pgBackRest still has it could not be asked: {presence?.Saw}",
        };
    }
}
