using System.Text;
using System.Text.Unicode;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>
/// TEXT to text, byte for byte. The profile saw every value of the snapshot, so bytes are checked again only where it saw a misfit
/// (<paramref name="checks"/>); PostgreSQL checks them in any case. <paramref name="length"/> is varchar's, in characters.
/// </summary>
internal sealed unsafe class TextEncoder(int column, bool checks, int? length) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text) return false;
        // sqlite3_column_blob gives TEXT in place, where sqlite3_column_text would copy it to add a NUL.
        var p = SqliteApi.ColumnBlob(statement, Column);
        var bytes = SqliteApi.ColumnBytes(statement, Column);
        if (checks && !Fits(new ReadOnlySpan<byte>(p, bytes), length)) return false;
        buffer.WriteField(p, bytes);
        return true;
    }

    internal static bool Fits(ReadOnlySpan<byte> text, int? length) =>
        Utf8.IsValid(text) && !text.Contains((byte)0) && (length is not { } n || Encoding.UTF8.GetCharCount(text) - Surrogates(text) <= n);

    /// <summary>Characters beyond the basic plane are two UTF-16 units and one character of PostgreSQL's: four bytes, the first from F0 up.</summary>
    private static int Surrogates(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            if (b >= 0xF0) count++;
        }
        return count;
    }
}

/// <summary>TEXT of a UTF-16 database to text; a lone surrogate is a misfit, where SQLite's own conversion would put U+FFFD without a word.</summary>
internal sealed class Utf16TextEncoder(int column, bool bigEndian, int? length) : ColumnEncoder(column)
{
    private readonly UnicodeEncoding _encoding = new(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text) return false;
        string text;
        try
        {
            text = _encoding.GetString(Bytes(statement));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        var utf8 = Encoding.UTF8.GetBytes(text);
        return TextEncoder.Fits(utf8, length) && WriteBytes(buffer, utf8);
    }
}

/// <summary>TEXT to json where some of it is not JSON; the rest goes over byte for byte.</summary>
internal sealed class JsonTextEncoder(int column, ColumnEncoder text) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Text && JsonText.IsValid(Shape(statement)) && text.TryEncode(buffer, statement);
}
