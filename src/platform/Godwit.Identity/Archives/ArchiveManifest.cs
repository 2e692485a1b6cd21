using System.Security.Cryptography;
using System.Text.Json;
using Godwit.Security.Canonical;

namespace Godwit.Identity.Archives;

/// <summary>What is signed of an archive: its files by their hashes, of whom it is, and when it was made. In canonical JSON (RFC 8785).</summary>
/// <param name="Log">The installation, as in sealed blocks.</param>
/// <param name="Kind">access or portability.</param>
/// <param name="MadeAt">By the service's clock, RFC 3339.</param>
/// <param name="KeyId">The thumbprint of the key that signs.</param>
internal sealed record ArchiveManifest(string Log, Guid Request, Guid Person, string Kind, string MadeAt, string KeyId, IReadOnlyList<ArchiveFile> Files)
{
    private const string Version = "godwit-archive-1";

    // A signature over a manifest is none over anything else that the key signs.
    private static ReadOnlySpan<byte> Purpose => "godwit personal archive\0"u8;

    public byte[] Signed => [.. Purpose, .. ToBytes()];

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("v", Version);
            json.WriteString("log", Log);
            json.WriteString("request", Request);
            json.WriteString("person", Person);
            json.WriteString("kind", Kind);
            json.WriteString("made_at", MadeAt);
            json.WriteString("kid", KeyId);
            json.WriteStartArray("files");
            foreach (var file in Files)
            {
                json.WriteStartObject();
                json.WriteString("name", file.Name);
                json.WriteNumber("bytes", file.Bytes);
                json.WriteString("sha256", file.Hash);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return CanonicalJson.Canonicalize(stream.ToArray());
    }

    /// <returns>Null when the bytes are not exactly those of a manifest.</returns>
    public static ArchiveManifest? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var manifest = new ArchiveManifest(
                Text("log"), root.GetProperty("request").GetGuid(), root.GetProperty("person").GetGuid(), Text("kind"), Text("made_at"), Text("kid"),
                [.. root.GetProperty("files").EnumerateArray().Select(f => new ArchiveFile(f.GetProperty("name").GetString()!, f.GetProperty("bytes").GetInt64(), f.GetProperty("sha256").GetString()!))]);
            return manifest.ToBytes().AsSpan().SequenceEqual(bytes.Span) ? manifest : null;

            string Text(string name) => root.GetProperty(name).GetString() ?? throw new FormatException();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or CanonicalJsonException)
        {
            return null;
        }
    }
}

/// <param name="Hash">SHA-256 in hexadecimal digits.</param>
internal sealed record ArchiveFile(string Name, long Bytes, string Hash)
{
    public static ArchiveFile Of(string name, ReadOnlySpan<byte> content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
}
