using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Identity.Audit;
using Godwit.Identity.Database;
using Godwit.Identity.DataRequests;
using Godwit.Identity.PersonalData;
using Godwit.Security.Signing;

namespace Godwit.Identity.Archives;

/// <summary>Makes the archive of all that is held about a person, signed by the host's key.</summary>
internal sealed class ArchiveWriter(IdentityDatabase database, PersonalDocuments documents, SettingValues settings, TimeProvider time) : IDisposable
{
    public const string Manifest = "manifest.json", Signature = "manifest.sig", Signer = "signer.jwk";

    // One thread at a time may sign.
    private readonly Lock _signing = new();
    private SigningKey? _key;

    /// <exception cref="ModuleRefusedException">The key that signs cannot be had.</exception>
    public void Prepare()
    {
        try
        {
            _key = SigningKeyFile.LoadOrCreate(EventSealer.HomeOf(settings));
        }
        catch (SigningKeyException e)
        {
            throw new ModuleRefusedException(e.Message);
        }
    }

    /// <returns>A zip file; null when the person has no key any more.</returns>
    public async Task<byte[]?> WriteAsync(DataRequestRow request, CancellationToken cancellation)
    {
        var (log, read) = await database.InTransactionAsync(
            async connection =>
            {
                // One snapshot of all tables.
                await Statement.RunAsync(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", cancellation);
                var log = await Statement.FirstAsync(connection, "SELECT installation::text FROM identity.schema_version", r => r.GetString(0), cancellation);
                return (log!, await documents.ReadAsync(connection, request.User!.Value, request.UserUuid!.Value, cancellation));
            },
            cancellation);
        if (read is null) return null;
        List<(string Name, byte[] Content)> files = request.Type == "portability"
            ? [("person.json", Bytes(PortableDocument.Of(read)))]
            : [.. read.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => ($"{d.Key}.json", Bytes(d.Value)))];
        var made = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var manifest = new ArchiveManifest(log, request.Uuid, request.UserUuid!.Value, request.Type, made, _key!.Kid, [.. files.Select(f => ArchiveFile.Of(f.Name, f.Content))]);
        byte[] signature;
        lock (_signing) signature = _key.Sign(manifest.Signed);
        return Zip([.. files, (Manifest, manifest.ToBytes()), (Signature, signature), (Signer, Encoding.UTF8.GetBytes(_key.Public.Jwk))]);
    }

    public void Dispose() => _key?.Dispose();

    private static byte[] Bytes(JsonNode document)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true })) document.WriteTo(json);
        return stream.ToArray();
    }

    private static byte[] Zip(IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }
}
