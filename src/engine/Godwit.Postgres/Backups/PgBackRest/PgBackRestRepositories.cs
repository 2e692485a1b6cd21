using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Model.Findings;

namespace Godwit.Postgres.Backups.PgBackRest;

/// <summary>Whether pgBackRest still has the backups that Godwit knows of: it expires them by itself.</summary>
public static class PgBackRestRepositories
{
    /// <summary>Asks each repository once.</summary>
    /// <returns>By the backups' names; of others than pgBackRest's there is nothing.</returns>
    public static async Task<IReadOnlyDictionary<string, PgBackRestPresence>> LookAsync(IReadOnlyList<StoredBackup> backups, BackupPlace place, TimeProvider time, CancellationToken cancellation)
    {
        var found = new Dictionary<string, PgBackRestPresence>(StringComparer.Ordinal);
        var kept = backups.Where(b => b.Manifest?.PgBackRest is not null).Select(b => (b.Name, Copy: b.Manifest!.PgBackRest!));
        foreach (var group in kept.GroupBy(b => (b.Copy.Stanza, b.Copy.Repository, b.Copy.Config)))
        {
            try
            {
                var stanza = await PgBackRestProgram.Of(group.First().Copy, place, time).InfoAsync(FindingCodes.BackupUnknown, cancellation);
                foreach (var (name, copy) in group) found[name] = Presence(stanza, copy);
            }
            catch (BackupException e)
            {
                foreach (var (name, _) in group) found[name] = new PgBackRestPresence(null, e.Message);
            }
        }
        return found;
    }

    /// <summary>A stanza that is gone as a whole, or cannot be read, is rather one that was not reached than one whose backups expired.</summary>
    private static PgBackRestPresence Presence(PgBackRestStanza stanza, PgBackRestCopy copy) =>
        stanza.Backups.Any(b => b.Label == copy.Label) ? new PgBackRestPresence(true, copy.ToString())
        : stanza.IsWell ? new PgBackRestPresence(false, $"pgBackRest does not have {copy.Label} any more")
        : new PgBackRestPresence(null, $"stanza {copy.Stanza}: {stanza.Message}");
}
