using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>
/// Writes one column of the current row as a field of PostgreSQL's binary format. NULL is written here; a subclass writes what its mapping lists
/// and answers false to everything else, having written nothing.
/// </summary>
public abstract unsafe class ColumnEncoder(int column)
{
    /// <summary>Position of the column in the statement that is read.</summary>
    protected int Column { get; } = column;

    internal TextEncoding SourceEncoding { get; set; }

    /// <returns>False when the value is a misfit: it cannot go over unchanged through this mapping.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEncode(RowImageBuffer buffer, nint statement)
    {
        var storage = (StorageClass)SqliteApi.ColumnType(statement, Column);
        if (storage != StorageClass.Null) return TryEncode(buffer, statement, storage);
        buffer.WriteNull();
        return true;
    }

    protected abstract bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage);

    protected long Integer(nint statement) => SqliteApi.ColumnInteger(statement, Column);

    protected double Real(nint statement) => SqliteApi.ColumnReal(statement, Column);

    protected ReadOnlySpan<byte> Bytes(nint statement)
    {
        var p = SqliteApi.ColumnBlob(statement, Column);
        return new ReadOnlySpan<byte>(p, SqliteApi.ColumnBytes(statement, Column));
    }

    /// <summary>TEXT as UTF-8, for shapes that are ASCII: what is not valid becomes U+FFFD, which fits no shape.</summary>
    protected ReadOnlySpan<byte> Shape(nint statement)
    {
        var bytes = Bytes(statement);
        return SourceEncoding switch
        {
            TextEncoding.Utf16LittleEndian => System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.Unicode.GetString(bytes)),
            TextEncoding.Utf16BigEndian => System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.BigEndianUnicode.GetString(bytes)),
            _ => bytes,
        };
    }

    protected static bool WriteInt64(RowImageBuffer buffer, long value)
    {
        var p = buffer.Reserve(12);
        Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness(8));
        Unsafe.WriteUnaligned(p + 4, BinaryPrimitives.ReverseEndianness(value));
        buffer.Advance(12);
        return true;
    }

    protected static bool WriteInt32(RowImageBuffer buffer, int value)
    {
        var p = buffer.Reserve(8);
        Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness(4));
        Unsafe.WriteUnaligned(p + 4, BinaryPrimitives.ReverseEndianness(value));
        buffer.Advance(8);
        return true;
    }

    protected static bool WriteBoolean(RowImageBuffer buffer, bool value)
    {
        var p = buffer.Reserve(5);
        Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness(1));
        p[4] = value ? (byte)1 : (byte)0;
        buffer.Advance(5);
        return true;
    }

    protected static bool WriteBytes(RowImageBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes) buffer.WriteField(p, bytes.Length);
        return true;
    }
}
