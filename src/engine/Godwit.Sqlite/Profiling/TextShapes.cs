using Godwit.Model.Values;

namespace Godwit.Sqlite.Profiling;

/// <summary>
/// The shapes that a text may have, as a set of bits: <see cref="Of"/> says which ones one value has. A shape is held only when the
/// mapping's inverse prints the same bytes again, so every rule here is exact: no blanks, no other digits, no second spelling.
/// A timestamp's separator, fraction and zone are bits of their own: a value has the mapping's form when it has all three.
/// </summary>
public static class TextShapes
{
    public const ulong Date = 1UL << 0;
    public const ulong Decimal = 1UL << 1;
    private const int SeparatorBit = 2;
    private const int ZoneBit = 4;
    private const int FractionBit = 8;
    private const int TimeBit = 14;
    private const int UuidBit = 20;
    private const int WordBit = 23;

    /// <summary>All bits that <see cref="Of"/> can give.</summary>
    public const ulong All = (1UL << 37) - 1;

    /// <summary>Bytes of the longest decimal text: as many digits as PostgreSQL's numeric holds on either side of the point (https://www.postgresql.org/docs/current/datatype-numeric.html).</summary>
    private const int LongestDecimal = 16_383;

    public static ulong Separator(char separator) => 1UL << (SeparatorBit + (separator == 'T' ? 1 : 0));

    public static ulong Zone(ZoneForm zone) => 1UL << (ZoneBit + (int)zone);

    public static ulong Fraction(FractionForm fraction) => 1UL << (FractionBit + (int)fraction);

    public static ulong Time(FractionForm fraction) => 1UL << (TimeBit + (int)fraction);

    public static ulong Timestamp(char separator, FractionForm fraction, ZoneForm zone) => Separator(separator) | Fraction(fraction) | Zone(zone);

    public static ulong Uuid(UuidForm form) => 1UL << (UuidBit + (int)form);

    /// <param name="pair">Index in <see cref="BooleanWords.Pairs"/>.</param>
    public static ulong Words(int pair) => 1UL << (WordBit + pair);

    /// <summary>The shapes of one text, which must be valid UTF-8.</summary>
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0) return 0;
        ulong shapes = 0;
        if (text.Length <= BooleanWords.Longest && BooleanWords.PairOf(text) is var pair and >= 0) shapes |= Words(pair);
        var first = text[0];
        if (first is >= (byte)'0' and <= (byte)'9')
        {
            if (text.Length >= 10 && text[4] == '-') shapes |= OfDay(text);
            else if (text.Length >= 5 && text[2] == ':') shapes |= OfTime(text) << TimeBit;
        }
        if (text.Length is 32 or 36) shapes |= OfUuid(text);
        if (first is (>= (byte)'0' and <= (byte)'9') or (byte)'-' && IsDecimal(text)) shapes |= Decimal;
        return shapes;
    }

    private static ulong OfDay(ReadOnlySpan<byte> text)
    {
        if (!IsDay(text[..10])) return 0;
        if (text.Length == 10) return Date;
        if (text[10] is not ((byte)' ' or (byte)'T')) return 0;
        var zone = ZoneOf(text[11..], out var zoneLength);
        var fractions = OfTime(text[11..^zoneLength]);
        return fractions == 0 ? 0 : Separator((char)text[10]) | fractions << FractionBit | Zone(zone);
    }

    private static ZoneForm ZoneOf(ReadOnlySpan<byte> text, out int length)
    {
        (var zone, length) = text switch
        {
            [.., (byte)'Z'] => (ZoneForm.Z, 1),
            [.., (byte)'+', (byte)'0', (byte)'0', (byte)':', (byte)'0', (byte)'0'] => (ZoneForm.PlusZero, 6),
            [.., (byte)'+', (byte)'0', (byte)'0'] => (ZoneForm.PlusZeroShort, 3),
            _ => (ZoneForm.None, 0),
        };
        return zone;
    }

    /// <summary>A real day of the years 0001-9999 as YYYY-MM-DD; the text has ten bytes.</summary>
    private static bool IsDay(ReadOnlySpan<byte> text)
    {
        if (text[4] != '-' || text[7] != '-' || !Digits(text[..4], out var year) || !Digits(text.Slice(5, 2), out var month) || !Digits(text.Slice(8, 2), out var day)) return false;
        return year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }

    /// <summary>The forms of fraction that a time of day without a zone has, bit by bit of <see cref="FractionForm"/>; 0 when it is none.</summary>
    private static ulong OfTime(ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || text[2] != ':' || !Digits(text[..2], out var hour) || hour > 23 || !Digits(text.Slice(3, 2), out var minute) || minute > 59) return 0;
        if (text.Length == 5) return 1UL << (int)FractionForm.Minutes;
        if (text.Length < 8 || text[5] != ':' || !Digits(text.Slice(6, 2), out var second) || second > 59) return 0;
        if (text.Length == 8) return 1UL << (int)FractionForm.None | 1UL << (int)FractionForm.Trimmed | 1UL << (int)FractionForm.OptionalSix;
        var fraction = text[9..];
        if (text[8] != '.' || fraction.Length is 0 or > 6 || !Digits(fraction, out var value)) return 0;
        ulong forms = 0;
        if (fraction.Length == 3) forms |= 1UL << (int)FractionForm.Three;
        if (fraction.Length == 6) forms |= 1UL << (int)FractionForm.Six;
        if (fraction.Length == 6 && value != 0) forms |= 1UL << (int)FractionForm.OptionalSix;
        if (fraction[^1] != '0') forms |= 1UL << (int)FractionForm.Trimmed;
        return forms;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var b in text)
        {
            var digit = b - '0';
            if ((uint)digit > 9) return false;
            value = value * 10 + digit;
        }
        return true;
    }

    private static ulong OfUuid(ReadOnlySpan<byte> text)
    {
        bool lower = true, upper = true;
        for (var i = 0; i < text.Length; i++)
        {
            if (text.Length == 36 && i is 8 or 13 or 18 or 23)
            {
                if (text[i] != '-') return 0;
                continue;
            }
            switch (text[i])
            {
                case >= (byte)'0' and <= (byte)'9':
                    break;
                case >= (byte)'a' and <= (byte)'f':
                    upper = false;
                    break;
                case >= (byte)'A' and <= (byte)'F':
                    lower = false;
                    break;
                default:
                    return 0;
            }
        }
        if (text.Length == 32) return lower ? Uuid(UuidForm.Hex) : 0;
        return (lower ? Uuid(UuidForm.Dashed) : 0) | (upper ? Uuid(UuidForm.DashedUpper) : 0);
    }

    /// <summary><see cref="MappingKind.DecimalText"/>. Minus zero is none: numeric has no sign for zero.</summary>
    private static bool IsDecimal(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestDecimal) return false;
        var number = text[0] == '-' ? text[1..] : text;
        var point = number.IndexOf((byte)'.');
        if (point < 1 || point == number.Length - 1) return false;
        var whole = number[..point];
        var fraction = number[(point + 1)..];
        if (whole.ContainsAnyExceptInRange((byte)'0', (byte)'9') || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (whole.Length > 1 && whole[0] == '0' || fraction.Length > 1 && fraction[^1] == '0') return false;
        return text[0] != '-' || number.ContainsAnyInRange((byte)'1', (byte)'9');
    }
}
