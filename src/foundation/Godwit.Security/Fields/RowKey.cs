using System.Buffers.Text;
using Godwit.Security.Framing;

namespace Godwit.Security.Fields;

/// <summary>
/// A row's primary key as the bytes that bind a value to its row: each column in the text form that PostgreSQL prints, after its length, so that the keys ("1", "23") and ("12", "3") differ, and a
/// key of numbers has the same bytes for a host that reads it as text.
/// </summary>
public static class RowKey
{
    /// <summary>What <see cref="Write(Span{byte}, long)"/> needs at most.</summary>
    public const int LongestNumber = sizeof(int) + 20;

    /// <summary>A key of one column of whole numbers; allocates nothing.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> buffer, long key)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(key, digits, out var length);
        var frame = new FrameWriter(buffer);
        frame.Part(digits[..length]);
        return frame.Written.Length;
    }

    /// <summary>A key of one column of UUIDs; allocates nothing.</summary>
    /// <returns>How many bytes were written, always 40.</returns>
    public static int Write(Span<byte> buffer, Guid key)
    {
        Span<byte> digits = stackalloc byte[36];
        Utf8Formatter.TryFormat(key, digits, out var length);
        var frame = new FrameWriter(buffer);
        frame.Part(digits[..length]);
        return frame.Written.Length;
    }

    /// <summary>A key of any columns, in the order of the primary key.</summary>
    /// <exception cref="ArgumentException">There is no column, or one is not valid Unicode.</exception>
    public static byte[] Of(params ReadOnlySpan<string> columns)
    {
        if (columns.Length == 0) throw new ArgumentException("a row without a key has no values of its own", nameof(columns));
        var length = 0;
        foreach (var column in columns) length += FrameWriter.LengthOf(StrictText.Encoding.GetByteCount(column));
        var frame = new FrameWriter(new byte[length]);
        foreach (var column in columns) frame.Part(StrictText.Bytes(column));
        return frame.Written.ToArray();
    }
}
