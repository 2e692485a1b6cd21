using Godwit.Engine.Rows;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>A UUID's text, in exactly one form, to uuid.</summary>
internal sealed class UuidTextEncoder(int column, UuidForm form) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text) return false;
        Span<byte> uuid = stackalloc byte[16];
        return TryParse(Shape(statement), form, uuid) && WriteBytes(buffer, uuid);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, UuidForm form, Span<byte> uuid)
    {
        var dashed = form != UuidForm.Hex;
        if (text.Length != (dashed ? 36 : 32)) return false;
        var firstLetter = form == UuidForm.DashedUpper ? 'A' : 'a';
        var nibble = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (dashed && i is 8 or 13 or 18 or 23)
            {
                if (c != '-') return false;
                continue;
            }
            int value;
            if (c is >= (byte)'0' and <= (byte)'9') value = c - '0';
            else if (c >= firstLetter && c < firstLetter + 6) value = c - firstLetter + 10;
            else return false;
            if ((nibble & 1) == 0) uuid[nibble >> 1] = (byte)(value << 4);
            else uuid[nibble >> 1] |= (byte)value;
            nibble++;
        }
        return true;
    }
}

/// <summary>A BLOB of 16 bytes to uuid.</summary>
internal sealed class UuidBlobEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Blob && Bytes(statement) is { Length: 16 } bytes && WriteBytes(buffer, bytes);
}
