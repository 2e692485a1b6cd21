using System.Buffers.Binary;
using Npgsql;

namespace Godwit.Sqlite.Tests.Decoding;

/// <summary>Rows as the server's COPY … (FORMAT binary) writes them (https://www.postgresql.org/docs/current/sql-copy.html, File Formats).</summary>
internal static class BinaryCopy
{
    /// <summary>The fields of each row of a query, without the count of fields before them.</summary>
    public static async Task<List<byte[]>> RowsAsync(NpgsqlConnection connection, string query)
    {
        using var whole = new MemoryStream();
        await using (var stream = await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)")) await stream.CopyToAsync(whole);
        return Rows(whole.ToArray());
    }

    private static List<byte[]> Rows(ReadOnlySpan<byte> copy)
    {
        Assert.True(copy.StartsWith("PGCOPY"u8));
        copy = copy[(19 + BinaryPrimitives.ReadInt32BigEndian(copy[15..]))..];
        var rows = new List<byte[]>();
        while (BinaryPrimitives.ReadInt16BigEndian(copy) is var fields and >= 0)
        {
            var length = 0;
            for (var i = 0; i < fields; i++) length += 4 + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(copy[(2 + length)..]));
            rows.Add(copy.Slice(2, length).ToArray());
            copy = copy[(2 + length)..];
        }
        return rows;
    }
}
