using System.Buffers.Binary;
using Godwit.Engine.Rows;

namespace Godwit.Engine.Tests.Rows;

/// <summary>Rows of random bytes, and their images put together the plain way.</summary>
internal static class NaiveImages
{
    /// <param name="lengths">Of each row's fields; -1 for NULL.</param>
    public static byte[]?[][] Rows(int seed, IEnumerable<int[]> lengths)
    {
        var random = new Random(seed);
        return [.. lengths.Select(row => row.Select(length =>
        {
            if (length < 0) return null;
            var field = new byte[length];
            random.NextBytes(field);
            return field;
        }).ToArray())];
    }

    /// <summary>Length and bytes of each field, without the count before them.</summary>
    public static byte[] Of(byte[]?[] fields)
    {
        using var image = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, field?.Length ?? -1);
            image.Write(length);
            image.Write(field ?? []);
        }
        return image.ToArray();
    }

    /// <summary>What the COPY stream holds for the rows.</summary>
    public static byte[] Stream(byte[]?[][] rows)
    {
        using var stream = new MemoryStream();
        foreach (var row in rows)
        {
            stream.Write([(byte)(row.Length >> 8), (byte)row.Length]);
            stream.Write(Of(row));
        }
        return stream.ToArray();
    }

    public static unsafe UInt128 Write(RowImageBuffer buffer, byte[]?[] row)
    {
        buffer.BeginRow(row.Length);
        byte none;
        foreach (var field in row)
        {
            if (field is null) buffer.WriteNull();
            else fixed (byte* p = field) buffer.WriteField(p == null ? &none : p, field.Length);
        }
        return buffer.EndRow();
    }
}

/// <summary>Keeps what it is given.</summary>
internal sealed class CollectingSink : IRowImageSink
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
}
