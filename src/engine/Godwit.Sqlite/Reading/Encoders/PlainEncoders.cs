using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>INTEGER to bigint.</summary>
internal sealed class BigintEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Integer && WriteInt64(buffer, Integer(statement));
}

/// <summary>INTEGER to integer or smallint, which hold less.</summary>
internal sealed unsafe class SmallerIntegerEncoder(int column, bool smallint) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Integer) return false;
        var value = Integer(statement);
        if (!smallint) return value is >= int.MinValue and <= int.MaxValue && WriteInt32(buffer, (int)value);
        if (value is < short.MinValue or > short.MaxValue) return false;
        var p = buffer.Reserve(6);
        Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness(2));
        Unsafe.WriteUnaligned(p + 4, BinaryPrimitives.ReverseEndianness((short)value));
        buffer.Advance(6);
        return true;
    }
}

/// <summary>REAL to double precision, bit for bit.</summary>
internal sealed class RealEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Real && WriteInt64(buffer, BitConverter.DoubleToInt64Bits(Real(statement)));
}

/// <summary>INTEGER within ±2^53 and REAL to double precision, where the column's affinity tells them apart again.</summary>
internal sealed class NumberAsDoubleEncoder(int column, Affinity affinity) : ColumnEncoder(column)
{
    private const long Exact = 1L << 53;

    private readonly bool _integralIsInteger = affinity is Affinity.Numeric or Affinity.Integer;

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) => storage switch
    {
        StorageClass.Real => Real(statement) is var value && !(_integralIsInteger && NumberEncoder.IsIntegral(value)) && WriteInt64(buffer, BitConverter.DoubleToInt64Bits(value)),
        StorageClass.Integer => _integralIsInteger && Integer(statement) is >= -Exact and <= Exact and var value && WriteInt64(buffer, BitConverter.DoubleToInt64Bits(value)),
        _ => false,
    };
}

/// <summary>BLOB to bytea.</summary>
internal sealed unsafe class BlobEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Blob) return false;
        // SQLite wants the pointer asked for before the length.
        var p = SqliteApi.ColumnBlob(statement, Column);
        buffer.WriteField(p, SqliteApi.ColumnBytes(statement, Column));
        return true;
    }
}

/// <summary>INTEGER 0 and 1 to boolean.</summary>
internal sealed class BooleanIntegerEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Integer && Integer(statement) is 0 or 1 && WriteBoolean(buffer, Integer(statement) == 1);
}

/// <summary>Two words to boolean.</summary>
internal sealed class BooleanTextEncoder(int column, byte[] falseWord, byte[] trueWord) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text) return false;
        var text = Shape(statement);
        var isTrue = text.SequenceEqual(trueWord);
        return (isTrue || text.SequenceEqual(falseWord)) && WriteBoolean(buffer, isTrue);
    }
}

/// <summary>A user's decision in front of another encoder: empty text is NULL.</summary>
internal sealed class EmptyIsNullEncoder(int column, ColumnEncoder inner) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text || !Bytes(statement).IsEmpty) return inner.TryEncode(buffer, statement);
        buffer.WriteNull();
        return true;
    }
}
