using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Security.Canonical;

namespace Godwit.Identity.Audit;

/// <summary>What is signed of a block. In canonical JSON (RFC 8785), so that there is one sequence of bytes for each header.</summary>
/// <param name="Log">Which log it is of: a block of another log with the same key is none of this one.</param>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Previous">The hash of the header before; of the first, 32 zeros.</param>
/// <param name="Count">Events in it.</param>
/// <param name="Root">Of the tree of their commitments.</param>
/// <param name="Ids">The hash of their ids, 8 bytes each, big-endian: of an event whose salt was erased the tree alone would not tell which it was.</param>
/// <param name="SealedAt">By the clock of whoever seals, in microseconds since 1970.</param>
/// <param name="Position">What it was sealed up to, as the database says it: a snapshot.</param>
/// <param name="KeyId">The thumbprint of the key that signs.</param>
internal sealed record BlockHeader(string Log, long Number, string Previous, long Count, string Root, string Ids, long SealedAt, string Position, string KeyId)
{
    public static string None { get; } = new('0', 2 * MerkleTree.HashLength);

    /// <summary>What the next block names, in hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(ToBytes()));

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("v", "godwit-events-1");
            json.WriteString("log", Log);
            json.WriteNumber("number", Number);
            json.WriteString("previous", Previous);
            json.WriteNumber("count", Count);
            json.WriteString("root", Root);
            json.WriteString("ids", Ids);
            // As text: microseconds are beyond what every reader of JSON numbers agrees on one day.
            json.WriteString("sealed_at", SealedAt.ToString(CultureInfo.InvariantCulture));
            json.WriteString("position", Position);
            json.WriteString("kid", KeyId);
            json.WriteEndObject();
        }
        return CanonicalJson.Canonicalize(stream.ToArray());
    }

    /// <returns>Null when the bytes are not exactly those of a header.</returns>
    public static BlockHeader? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var header = new BlockHeader(
                Text("log"), root.GetProperty("number").GetInt64(), Text("previous"), root.GetProperty("count").GetInt64(), Text("root"), Text("ids"), long.Parse(Text("sealed_at"), CultureInfo.InvariantCulture), Text("position"), Text("kid"));
            return header.ToBytes().AsSpan().SequenceEqual(bytes.Span) ? header : null;

            string Text(string name) => root.GetProperty(name).GetString() ?? throw new FormatException();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or CanonicalJsonException or DecoderFallbackException)
        {
            return null;
        }
    }
}
