using System.Globalization;
using System.Text;
using System.Text.Json;
using Godwit.Identity.Database;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>
/// Why the rows of a month are no longer there: what retention dropped of it, signed by the key of the blocks. It names each row, so that what went before the month did, or beside it, is missing.
/// </summary>
/// <param name="Log">Which log it is of.</param>
/// <param name="Month">As in <c>2026_01</c>.</param>
/// <param name="FirstBlock">The first block that has a row of it; 0 for a month without one.</param>
/// <param name="LastBlock">The last one.</param>
/// <param name="FirstId">The lowest id.</param>
/// <param name="LastId">The highest.</param>
/// <param name="Others">Ids between these, in these blocks, that are other months'.</param>
/// <param name="Rows">How many were dropped, and the hash of their ids and leaves by block and id.</param>
internal sealed record DroppedMonth(string Log, string Month, long FirstBlock, long LastBlock, long FirstId, long LastId, IReadOnlyCollection<long> Others, RowsDigest Rows)
{
    private static ReadOnlySpan<byte> Purpose => "godwit dropped security events\0"u8;

    /// <summary>Whether a row that is missing would be of it.</summary>
    public bool Covers(long block, long id) => block >= FirstBlock && block <= LastBlock && id >= FirstId && id <= LastId && !Others.Contains(id);

    public byte[] SignBy(SigningKey key) => key.Sign([.. Purpose, .. ToBytes(key.Kid)]);

    public byte[] ToBytes(string keyId)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("v", "godwit-dropped-1");
            json.WriteString("log", Log);
            json.WriteString("month", Month);
            json.WriteString("first_block", Text(FirstBlock));
            json.WriteString("last_block", Text(LastBlock));
            json.WriteString("first_id", Text(FirstId));
            json.WriteString("last_id", Text(LastId));
            json.WriteString("others", string.Join(',', Others.Order().Select(Text)));
            json.WriteString("rows", Text(Rows.Count));
            json.WriteString("digest", Rows.Digest);
            json.WriteString("kid", keyId);
            json.WriteEndObject();
        }
        return CanonicalJson.Canonicalize(stream.ToArray());

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Those of a log whose signatures are right, in the order in which they were dropped: what stands beside them without one explains nothing.</summary>
    /// <param name="connection">Reads.</param>
    /// <param name="log">Which log is verified.</param>
    /// <param name="keys">The public key of an id; null for one that is not trusted; null for all takes them unverified.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<List<DroppedMonth>> AllAsync(NpgsqlConnection connection, string log, Func<string, EcPublicKey?>? keys, CancellationToken cancellation)
    {
        var notes = await Statement.AllAsync(connection, "SELECT note, signature FROM identity.dropped_event_partitions ORDER BY month", r => (Note: r.GetFieldValue<byte[]>(0), Signature: r.GetFieldValue<byte[]>(1)), cancellation);
        return [.. notes.Select(n => Read(n.Note, n.Signature, keys)).OfType<DroppedMonth>().Where(m => m.Log == log).OrderBy(m => m.Month, StringComparer.Ordinal)];
    }

    private static DroppedMonth? Read(byte[] bytes, byte[] signature, Func<string, EcPublicKey?>? keys)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var month = new DroppedMonth(
                Text("log"), Text("month"), Number("first_block"), Number("last_block"), Number("first_id"), Number("last_id"),
                Text("others").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToHashSet(), new RowsDigest(Number("rows"), Text("digest")));
            var kid = Text("kid");
            if (!month.ToBytes(kid).AsSpan().SequenceEqual(bytes)) return null;
            return keys is null || (keys(kid) is { } key && signature.Length == Es256.SignatureLength && Es256.Verify(key, [.. Purpose, .. bytes], signature)) ? month : null;

            string Text(string name) => root.GetProperty(name).GetString() ?? throw new FormatException();

            long Number(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or CanonicalJsonException or DecoderFallbackException)
        {
            return null;
        }
    }
}
