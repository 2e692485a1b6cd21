using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Backups;

/// <summary>What goes, and what nobody could ask about and therefore stays.</summary>
public sealed class BackupRetentionTests : IDisposable
{
    private static readonly DateTimeOffset s_noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-retention-").FullName;
    private readonly SigningKey _key = SigningKey.Create();

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_was_made_in_a_run_of_a_database_that_was_not_asked_stays()
    {
        var (finished, open, elsewhere) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        StoredBackup[] backups = [Backup("a", null), Backup("b", finished), Backup("c", open), Backup("d", elsewhere), Backup("e", null)];
        var reliedOn = new RunsBackups(new HashSet<string>(["c", "e"], StringComparer.Ordinal), new HashSet<Guid>([finished, open]));
        Assert.Equal(
            [("a", null), ("b", null), ("c", "an unfinished run relies on it"), ("d", "it was made in a run, and whether that is finished could not be asked"), ("e", "an unfinished run relies on it")],
            Decide(backups, reliedOn));
        Assert.Equal(["a", "e"], Decide(backups, null).Where(d => d.Kept is null).Select(d => d.Name));
    }

    private static IEnumerable<(string Name, string? Kept)> Decide(IReadOnlyList<StoredBackup> backups, RunsBackups? reliedOn) =>
        BackupRetention.Decide(backups, s_noon, TimeSpan.FromDays(30), reliedOn, new Dictionary<string, PgBackRestPresence>(StringComparer.Ordinal)).Select(d => (d.Backup.Name, d.Kept));

    private StoredBackup Backup(string name, Guid? run)
    {
        var folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, BackupStore.ManifestFile), BackupJson.Sign(
            new BackupManifest
            {
                Name = name, Id = Guid.NewGuid(), Method = BackupMethod.Logical, SnapshotAt = s_noon.AddDays(-40), EndedAt = s_noon.AddDays(-40), Origin = new BackupOrigin("7001", "16384", "shop", null, 150004, "godwit"),
                Key = "key", Files = [], Tables = [], Run = run, ToolVersion = "1.0.0",
            },
            _key));
        return new StoredBackup(name, [BackupCopy.Open(_folder, folder, new KnownSigners([_key.Public]))!]);
    }
}
