using System.Buffers.Binary;
using Npgsql;

namespace Godwit.Journeys.Certified;

/// <summary>A table's digest by docs/certificate.md and nothing else: COPY in PostgreSQL's binary format, each tuple without its field count, hashed, added.</summary>
internal static class OwnDigest
{
    public static async Task<(long Count, string Sum, string Xor)> OfAsync(NpgsqlConnection connection, string table, IEnumerable<string> columns, string key)
    {
        var list = string.Join(", ", columns.Select(Quote));
        await using var stream = await connection.BeginRawBinaryCopyAsync($"COPY (SELECT {list} FROM {Quote(table)}) TO STDOUT (FORMAT binary)");
        using var whole = new MemoryStream();
        await stream.CopyToAsync(whole);
        return Of(whole.ToArray(), Convert.FromHexString(key));
    }

    private static (long Count, string Sum, string Xor) Of(byte[] copy, byte[] key)
    {
        // Eleven bytes of signature, four of flags, the length of an extension and the extension (sql-copy, "File Header").
        var at = 19 + BinaryPrimitives.ReadInt32BigEndian(copy.AsSpan(15));
        var count = 0L;
        UInt128 sum = 0, xor = 0;
        while (BinaryPrimitives.ReadInt16BigEndian(copy.AsSpan(at)) is var fields && fields >= 0)
        {
            var start = at += 2;
            for (var i = 0; i < fields; i++) at += 4 + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(copy.AsSpan(at)));
            var hash = OwnSipHash.Hash(key, copy[start..at]);
            count++;
            unchecked { sum += hash; }
            xor ^= hash;
        }
        return (count, sum.ToString("x32"), xor.ToString("x32"));
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";
}
