using System.Buffers.Binary;
using System.Buffers.Text;
using Godwit.Engine.Rows;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>
/// Writes PostgreSQL's binary numeric: ndigits, weight, sign, dscale, then base-10000 digits (numeric_send in src/backend/utils/adt/numeric.c).
/// Leading and trailing zero digits are stripped, as the server stores them, so the server sends back the bytes it got.
/// </summary>
internal static unsafe class NumericField
{
    private const ushort Negative = 0x4000;
    private const ushort PositiveInfinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    /// <summary>What the server sends as the scale of an infinity: the special header's own bits, read as a scale.</summary>
    private const int ScaleOfInfinity = 0x20;

    /// <summary>A double has at most 309 digits before the point and 324 + 17 after; a decimal text as many as the profile lets pass.</summary>
    private const int MostDigits = 16_383;

    public static bool Write(RowImageBuffer buffer, long value, int? precision, int? scale)
    {
        Span<byte> text = stackalloc byte[20];
        _ = Utf8Formatter.TryFormat(value, text, out var length);
        return WriteDecimal(buffer, text[..length], precision, scale);
    }

    /// <summary>Through the shortest text that reads back as the same double.</summary>
    public static bool Write(RowImageBuffer buffer, double value, int? precision, int? scale)
    {
        if (double.IsInfinity(value))
        {
            // numeric(p,s) holds no infinity.
            if (precision is not null) return false;
            WriteHeader(buffer, 0, 0, value > 0 ? PositiveInfinity : NegativeInfinity, ScaleOfInfinity);
            return true;
        }
        // numeric knows no negative zero.
        if (double.IsNaN(value) || (value == 0 && double.IsNegative(value))) return false;
        Span<byte> text = stackalloc byte[32];
        _ = Utf8Formatter.TryFormat(value, text, out var length);
        return WriteDecimal(buffer, text[..length], precision, scale);
    }

    /// <summary><c>-?digits[.digits][E[+-]digits]</c>; false when precision or scale cannot hold it exactly.</summary>
    public static bool WriteDecimal(RowImageBuffer buffer, ReadOnlySpan<byte> text, int? precision, int? scale)
    {
        var negative = text[0] == '-';
        if (negative) text = text[1..];
        var exponent = 0;
        var e = text.IndexOfAny((byte)'E', (byte)'e');
        if (e >= 0)
        {
            var digitsOfExponent = text[(e + 1)..];
            if (digitsOfExponent[0] == '+') digitsOfExponent = digitsOfExponent[1..];
            if (!Utf8Parser.TryParse(digitsOfExponent, out exponent, out _)) return false;
            text = text[..e];
        }

        Span<byte> digits = stackalloc byte[text.Length];
        var count = 0;
        var point = -1;
        foreach (var c in text)
        {
            if (c == '.') point = count;
            else digits[count++] = (byte)(c - '0');
        }
        var whole = (point < 0 ? count : point) + exponent;
        var fraction = Math.Max(count - whole, 0);
        // Trailing zeros after the point are the text's scale, kept where no digits are declared; a precision alone has a scale of 0.
        if ((scale ?? (precision is null ? null : 0)) is { } s)
        {
            while (fraction > s && digits[count - 1] == 0)
            {
                count--;
                fraction--;
            }
            if (fraction > s) return false;
            fraction = s;
        }
        var lead = 0;
        while (lead < count && digits[lead] == 0)
        {
            lead++;
            whole--;
        }
        if (precision is { } p && whole > p - (scale ?? 0) && lead < count) return false;
        return WriteGroups(buffer, digits[lead..count], whole, negative, fraction);
    }

    /// <param name="buffer">Receives the field.</param>
    /// <param name="digits">Significant decimal digits, the first not zero.</param>
    /// <param name="whole">How many of them stand before the point; negative for zeros after it.</param>
    /// <param name="negative">The sign.</param>
    /// <param name="dscale">Digits after the point to display.</param>
    private static bool WriteGroups(RowImageBuffer buffer, ReadOnlySpan<byte> digits, int whole, bool negative, int dscale)
    {
        while (digits.Length > 0 && digits[^1] == 0) digits = digits[..^1];
        if (digits.IsEmpty)
        {
            WriteHeader(buffer, 0, 0, 0, dscale);
            return true;
        }
        if (dscale > 16383 || digits.Length > MostDigits) return false;
        // Groups of four are aligned to the point.
        var weight = whole > 0 ? (whole - 1) / 4 : (whole - 4) / 4;
        var padding = (weight + 1) * 4 - whole;
        var groups = (padding + digits.Length + 3) / 4;
        WriteHeader(buffer, groups, weight, negative ? Negative : (ushort)0, dscale);
        var out16 = buffer.Reserve(groups * 2);
        for (var g = 0; g < groups; g++)
        {
            var group = 0;
            for (var i = 0; i < 4; i++)
            {
                var index = g * 4 + i - padding;
                group = group * 10 + (index >= 0 && index < digits.Length ? digits[index] : 0);
            }
            BinaryPrimitives.WriteInt16BigEndian(new Span<byte>(out16 + g * 2, 2), (short)group);
        }
        buffer.Advance(groups * 2);
        return true;
    }

    private static void WriteHeader(RowImageBuffer buffer, int groups, int weight, ushort sign, int dscale)
    {
        var header = new Span<byte>(buffer.Reserve(12), 12);
        BinaryPrimitives.WriteInt32BigEndian(header, 8 + groups * 2);
        BinaryPrimitives.WriteInt16BigEndian(header[4..], (short)groups);
        BinaryPrimitives.WriteInt16BigEndian(header[6..], (short)weight);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], sign);
        BinaryPrimitives.WriteInt16BigEndian(header[10..], (short)dscale);
        buffer.Advance(12);
    }
}
