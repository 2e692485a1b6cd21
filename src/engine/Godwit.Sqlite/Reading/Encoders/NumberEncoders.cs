using System.Buffers.Text;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>INTEGER and REAL to numeric.</summary>
internal sealed class NumberEncoder(int column, Affinity affinity, TargetType type) : ColumnEncoder(column)
{
    private readonly bool _integralIsInteger = affinity is Affinity.Numeric or Affinity.Integer;

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage == StorageClass.Integer) return _integralIsInteger && NumericField.Write(buffer, Integer(statement), type.Precision, type.Scale);
        if (storage != StorageClass.Real) return false;
        var value = Real(statement);
        // An integral real within 64 bits would come back as INTEGER.
        if (_integralIsInteger && IsIntegral(value)) return false;
        return NumericField.Write(buffer, value, type.Precision, type.Scale);
    }

    /// <summary>
    /// A whole number strictly between the ends of 64 bits, which a column of a NUMERIC or INTEGER affinity keeps as INTEGER. SQLite leaves the ends out, since
    /// rounding may have led there: -2^63 stays REAL, and its shortest text, -9223372036854776000, is no INTEGER's.
    /// </summary>
    internal static bool IsIntegral(double value) => value is > long.MinValue and < 9223372036854775808.0 && Math.Floor(value) == value;
}

/// <summary>A decimal as EF Core writes it to numeric.</summary>
internal sealed class DecimalTextEncoder(int column, TargetType type) : ColumnEncoder(column)
{
    /// <summary>As many as numeric holds on either side of the point.</summary>
    private const int MostCharacters = 16_383;

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text) return false;
        var text = Shape(statement);
        return text.Length <= MostCharacters && IsCanonical(text) && type.Precision is null && NumericField.WriteDecimal(buffer, text, type.Precision, type.Scale);
    }

    private static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        var negative = text.Length > 0 && text[0] == '-';
        if (negative) text = text[1..];
        var point = text.IndexOf((byte)'.');
        if (point < 1 || point == text.Length - 1) return false;
        var whole = text[..point];
        var fraction = text[(point + 1)..];
        if (whole.ContainsAnyExceptInRange((byte)'0', (byte)'9') || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (whole[0] == '0' && whole.Length > 1) return false;
        if (fraction[^1] == '0' && fraction.Length > 1) return false;
        // numeric knows no negative zero.
        return !negative || text.ContainsAnyInRange((byte)'1', (byte)'9');
    }
}

/// <summary>INTEGER, REAL and TEXT to text, where the column's affinity turns the text back.</summary>
internal sealed class AnyTextEncoder(int column, Affinity affinity, int? mostCharacters, bool checks, ColumnEncoder text) : ColumnEncoder(column)
{
    /// <summary>Characters of the longest integer, and more than the longest real has: the profile asks for that much, whatever the number.</summary>
    private const int LongestInteger = 20;
    private const int LongestReal = 32;

    private readonly bool _isNumeric = affinity is not (Affinity.Blob or Affinity.Text);

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage == StorageClass.Text) return (!checks || !_isNumeric || !NumericLiteral.Matches(Shape(statement))) && text.TryEncode(buffer, statement);
        if (!_isNumeric) return false;
        Span<byte> digits = stackalloc byte[40];
        int length;
        switch (storage)
        {
            case StorageClass.Integer when affinity != Affinity.Real && mostCharacters is null or >= LongestInteger:
                _ = Utf8Formatter.TryFormat(Integer(statement), digits, out length);
                return WriteBytes(buffer, digits[..length]);
            case StorageClass.Real when mostCharacters is null or >= LongestReal:
                var value = Real(statement);
                if (!double.IsFinite(value) || (value == 0 && double.IsNegative(value))) return false;
                if (affinity != Affinity.Real && NumberEncoder.IsIntegral(value)) return false;
                _ = Utf8Formatter.TryFormat(value, digits, out length);
                if (!digits[..length].ContainsAny((byte)'.', (byte)'E'))
                {
                    ".0"u8.CopyTo(digits[length..]);
                    length += 2;
                }
                return WriteBytes(buffer, digits[..length]);
            default:
                return false;
        }
    }
}
