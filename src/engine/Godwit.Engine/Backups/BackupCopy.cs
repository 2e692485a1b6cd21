using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Godwit.Security.Files;
using Godwit.Security.Encryption;
using Godwit.Security.Signing;

namespace Godwit.Engine.Backups;

/// <summary>One copy of a backup, in its folder at a destination.</summary>
public sealed partial class BackupCopy
{
    private const int BlockLength = 256 * 1024;

    private BackupCopy(string destination, string folder, string manifestHash, BackupManifest? manifest, string? refusal, BackupVerification? verification) =>
        (Destination, Folder, ManifestHash, Manifest, Refusal, Verification) = (destination, folder, manifestHash, manifest, refusal, verification);

    public string Destination { get; }

    public string Folder { get; }

    public string Name => Path.GetFileName(Folder);

    public string ManifestHash { get; }

    /// <summary>Null when it is not to be taken.</summary>
    public BackupManifest? Manifest { get; }

    /// <summary>Why not.</summary>
    public string? Refusal { get; }

    public BackupVerification? Verification { get; }

    /// <returns>Null where there is no manifest: no backup.</returns>
    internal static BackupCopy? Open(string destination, string folder, KnownSigners known)
    {
        var path = Path.Combine(folder, BackupStore.ManifestFile);
        byte[] bytes;
        try
        {
            if (!File.Exists(path)) return null;
            bytes = BackupJson.ReadFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BackupCopy(destination, folder, "", null, $"its manifest cannot be read: {e.Message}", null);
        }
        var hash = BackupJson.HashOf(bytes);
        var (manifest, refusal) = BackupJson.ReadManifest(bytes, known);
        // Signed, but for another folder: a backup in the place of another.
        if (manifest is not null && manifest.Name != Path.GetFileName(folder)) (manifest, refusal) = (null, "it is that of another backup");
        if (manifest?.Files.Any(f => !FileName().IsMatch(f.Name)) == true) (manifest, refusal) = (null, "it names a file that is no backup's");
        return new BackupCopy(destination, folder, hash, manifest, refusal is null ? null : "its manifest is not taken: " + refusal, manifest is null ? null : ReadVerification(folder, hash, known));
    }

    /// <summary>Whether each file is there, with its length and SHA-256, and no other.</summary>
    /// <returns>What is wrong.</returns>
    public async Task<IReadOnlyList<string>> CheckFilesAsync(Action<long>? read, CancellationToken cancellation)
    {
        if (Manifest is null) return [Refusal!];
        var problems = new List<string>(CheckNames());
        var buffer = new byte[BlockLength];
        foreach (var file in Manifest.Files)
        {
            try
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                await using var stream = OpenFile(file.Name);
                if (stream.Length != file.Bytes)
                {
                    problems.Add($"{file.Name} has {stream.Length} bytes instead of {file.Bytes}");
                    continue;
                }
                while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
                {
                    hash.AppendData(buffer, 0, count);
                    read?.Invoke(count);
                }
                if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256) problems.Add($"{file.Name} is not what was written: its SHA-256 differs");
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add($"{file.Name} is missing");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{file.Name} cannot be read: {e.Message}");
            }
        }
        return problems;
    }

    /// <summary>Whether the files are there with their lengths: without reading them.</summary>
    public IReadOnlyList<string> CheckPresence()
    {
        if (Manifest is null) return [Refusal!];
        return [.. CheckNames(), .. Manifest.Files.Select(f => (f, Info: new FileInfo(PathOf(f.Name)))).Where(f => !f.Info.Exists || f.Info.Length != f.f.Bytes)
            .Select(f => f.Info.Exists ? $"{f.f.Name} has {f.Info.Length} bytes instead of {f.f.Bytes}" : $"{f.f.Name} is missing")];
    }

    /// <summary>Decrypts every file into a folder.</summary>
    /// <exception cref="DecryptionException">A file is not what was written.</exception>
    public async Task ExtractAsync(EncryptionKey key, string folder, Action<long>? wrote, CancellationToken cancellation)
    {
        foreach (var file in Manifest!.Files) await ExtractAsync(key, file.Name, Path.Combine(folder, file.Name), wrote, cancellation);
    }

    public async Task ExtractAsync(EncryptionKey key, string file, string path, Action<long>? wrote, CancellationToken cancellation)
    {
        await using var stream = OpenFile(file);
        try
        {
            await using var plain = new DecryptingStream(stream, key, BackupWriter.SealedName(Manifest!.Id, file));
            await using var output = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 0 });
            var buffer = new byte[BlockLength];
            while (await plain.ReadAsync(buffer, cancellation) is > 0 and var count)
            {
                await output.WriteAsync(buffer.AsMemory(0, count), cancellation);
                wrote?.Invoke(count);
            }
        }
        catch (DecryptionException e)
        {
            throw new DecryptionException($"{file} of backup {Name} at {Destination}: {e.Message}", e);
        }
    }

    /// <summary>Puts down that this copy was restored and found right.</summary>
    public void Record(byte[] verification) => BackupStore.Replace(Path.Combine(Folder, BackupStore.VerificationFile), verification);

    /// <summary>Takes back that it was: a later look found it wrong.</summary>
    public void Unrecord()
    {
        File.Delete(Path.Combine(Folder, BackupStore.VerificationFile));
        FolderSync.Flush(Folder);
    }

    private FileStream OpenFile(string name) => new(PathOf(name), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.SequentialScan });

    private string PathOf(string name) => Path.Combine(Folder, name + BackupStore.FileEnding);

    private IEnumerable<string> CheckNames()
    {
        var expected = Manifest!.Files.Select(f => f.Name + BackupStore.FileEnding).ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateFiles(Folder, "*" + BackupStore.FileEnding).Select(Path.GetFileName).Where(f => !expected.Contains(f!)).Select(f => $"{f} is no file of this backup");
    }

    private static BackupVerification? ReadVerification(string folder, string manifestHash, KnownSigners known)
    {
        var path = Path.Combine(folder, BackupStore.VerificationFile);
        try
        {
            return File.Exists(path) && BackupJson.ReadVerification(BackupJson.ReadFile(path), known).Verification is { } verification && verification.Manifest == manifestHash ? verification : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A record that cannot be read is none: the backup counts as not verified.
            return null;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\z")]
    private static partial Regex FileName();
}
