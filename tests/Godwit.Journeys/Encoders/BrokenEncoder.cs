using System.Buffers.Binary;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Reading.Encoders;

namespace Godwit.Journeys.Encoders;

/// <summary>Asks the real encoder and spoils what it says, always in the same way: the copy is wrong, and reading it again for verification is wrong alike.</summary>
internal sealed unsafe class BrokenEncoder(int column, ColumnEncoder real, Spoil spoil) : ColumnEncoder(column)
{
    private readonly RowImageBuffer _scratch = new(key: default, sink: null, hashing: false);

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        _scratch.BeginRow(1);
        var fits = real.TryEncode(_scratch, statement);
        _ = _scratch.EndRow();
        if (!fits) return false;
        Assert.True(_scratch.TryGetRow(out var image));
        var length = BinaryPrimitives.ReadInt32BigEndian(image);
        if (length < 0 || spoil(image[4..].ToArray()) is not { } bytes)
        {
            buffer.WriteNull();
            return true;
        }
        fixed (byte* p = bytes) buffer.WriteField(p, bytes.Length);
        return true;
    }
}

/// <summary>A field's bytes as they should be, to what a mistake makes of them; null makes NULL of the value.</summary>
internal delegate byte[]? Spoil(byte[] field);
