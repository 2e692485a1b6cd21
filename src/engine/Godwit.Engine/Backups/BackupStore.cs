using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Godwit.Security.Files;
using Godwit.Security.Signing;

namespace Godwit.Engine.Backups;

/// <summary>The backups at some destinations. What has no manifest that a known key signed is none.</summary>
public sealed partial class BackupStore(IReadOnlyList<string> destinations, KnownSigners known)
{
    public const string ManifestFile = "manifest.json", VerificationFile = "verification.json";

    internal const string FileEnding = ".sealed", DraftEnding = ".draft", LockFile = "lock";

    private static readonly TimeSpan s_inPassing = TimeSpan.FromMinutes(1);

    public IReadOnlyList<string> Destinations => destinations;

    /// <summary>All there are, the newest first.</summary>
    public IReadOnlyList<StoredBackup> List()
    {
        var copies = destinations.Where(Directory.Exists)
            .SelectMany(d => Directory.EnumerateDirectories(d).Where(f => IsName(Path.GetFileName(f))).Select(f => BackupCopy.Open(d, f, known))).OfType<BackupCopy>();
        return [.. copies.GroupBy(c => c.Name, StringComparer.Ordinal).Select(g => new StoredBackup(g.Key, [.. g])).OrderByDescending(b => b.Manifest?.SnapshotAt).ThenByDescending(b => b.Name, StringComparer.Ordinal)];
    }

    /// <param name="name">A backup's, or null for the newest that can be read.</param>
    public StoredBackup? Find(string? name) => name is null ? List().FirstOrDefault(b => b.Manifest is not null) : List().FirstOrDefault(b => b.Name == name);

    public static string NameOf(DateTimeOffset snapshot) =>
        $"{snapshot.UtcDateTime.ToString("yyyyMMdd-HHmmss", System.Globalization.CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";

    /// <summary>Removes what killed writers left at the destinations.</summary>
    public int SweepDrafts()
    {
        var removed = 0;
        var young = TimeProvider.System.GetUtcNow().UtcDateTime - s_inPassing;
        foreach (var draft in destinations.Where(Directory.Exists).SelectMany(d => Directory.EnumerateDirectories(d)).Where(IsUnfinished))
        {
            try
            {
                // Held by whoever writes it; one that has no lock yet, or none any more, is left alone for a while.
                var path = Path.Combine(draft, LockFile);
                if (!File.Exists(path) && Directory.GetLastWriteTimeUtc(draft) > young) continue;
                using var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                Directory.Delete(draft, recursive: true);
                removed++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or gone meanwhile.
                continue;
            }
        }
        return removed;
    }

    public static void Remove(BackupCopy copy)
    {
        // The manifest first: half of a backup is none.
        File.Delete(Path.Combine(copy.Folder, ManifestFile));
        FolderSync.Flush(copy.Folder);
        Directory.Delete(copy.Folder, recursive: true);
    }

    internal static void Replace(string path, byte[] bytes) => Certificates.SignedJson.Replace(path, bytes);

    /// <summary>A draft, or a folder that was put in its place and whose manifest was never written.</summary>
    private static bool IsUnfinished(string folder)
    {
        var name = Path.GetFileName(folder);
        return (name.StartsWith('.') && name.EndsWith(DraftEnding, StringComparison.Ordinal)) || (IsName(name) && !File.Exists(Path.Combine(folder, ManifestFile)));
    }

    private static bool IsName(string? name) => name is not null && BackupName().IsMatch(name);

    [GeneratedRegex(@"^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}\z")]
    private static partial Regex BackupName();
}

/// <summary>A backup and its copies.</summary>
public sealed record StoredBackup(string Name, IReadOnlyList<BackupCopy> Copies)
{
    /// <summary>Null when no copy's can be read.</summary>
    public BackupManifest? Manifest => Copies.Select(c => c.Manifest).FirstOrDefault(m => m is not null);

    /// <summary>That it was restored and found right; null when it was not, or its record is of other files.</summary>
    public BackupVerification? Verification => Copies.Select(c => c.Verification).FirstOrDefault(v => v is not null);

    public long Bytes => Manifest is null ? 0 : Manifest.PgBackRest?.Bytes ?? Manifest.Files.Sum(f => f.Bytes);
}
