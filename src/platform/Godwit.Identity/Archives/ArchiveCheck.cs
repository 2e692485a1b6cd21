using System.IO.Compression;
using Godwit.Security.Signing;

namespace Godwit.Identity.Archives;

/// <summary>Whether an archive is whole, and signed by who is trusted: needs no database, no network and no time.</summary>
/// <param name="Manifest">Null when there is none that can be read.</param>
/// <param name="Fault">The first thing that is wrong, or null.</param>
internal sealed record ArchiveCheck(ArchiveManifest? Manifest, string? Fault)
{
    /// <summary>What unpacks to more is no archive of this service, and would fill the memory of whoever looks.</summary>
    private const long LargestFile = 256L * 1024 * 1024;

    private const int MostFiles = 100;

    public static ArchiveCheck Of(Stream archive, KnownSigners known)
    {
        try
        {
            using var zip = new ZipArchive(archive, ZipArchiveMode.Read);
            if (zip.Entries.Count > MostFiles) return Wrong("it has more files than an archive has");
            if (zip.Entries.GroupBy(e => e.FullName, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) return Wrong($"{twice.Key} stands in it twice");
            if (Content(zip, ArchiveWriter.Manifest) is not { } bytes || ArchiveManifest.Read(bytes) is not { } manifest) return Wrong("its manifest is missing, or none");
            if (known.Keys.FirstOrDefault(k => k.Kid == manifest.KeyId) is not { } key) return new(manifest, $"nobody here knows the key {manifest.KeyId} that it says signed it");
            if (Content(zip, ArchiveWriter.Signature) is not { } signature || !Es256.Verify(key, manifest.Signed, signature)) return new(manifest, "its signature does not fit: the manifest was changed");
            foreach (var file in manifest.Files)
            {
                if (Content(zip, file.Name) is not { } content) return new(manifest, $"{file.Name} is missing");
                if (ArchiveFile.Of(file.Name, content) != file) return new(manifest, $"{file.Name} was changed");
            }
            string[] others = [ArchiveWriter.Manifest, ArchiveWriter.Signature, ArchiveWriter.Signer];
            return new(manifest, zip.Entries.FirstOrDefault(e => !others.Contains(e.FullName, StringComparer.Ordinal) && manifest.Files.All(f => f.Name != e.FullName)) is { } added ? $"{added.FullName} was added" : null);
        }
        catch (InvalidDataException)
        {
            return Wrong("it is no zip file, or a damaged one");
        }
    }

    private static ArchiveCheck Wrong(string fault) => new(null, fault);

    private static byte[]? Content(ZipArchive zip, string name)
    {
        if (zip.GetEntry(name) is not { } entry) return null;
        using var from = entry.Open();
        using var to = new MemoryStream();
        var buffer = new byte[81920];
        // What the entry says of its length is the word of whoever made the file.
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            if (to.Length + read > LargestFile) throw new InvalidDataException("too large");
            to.Write(buffer, 0, read);
        }
        return to.ToArray();
    }
}
