using System.Buffers.Binary;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// numeric as numeric_send writes it: four 16-bit fields (number of digits, weight of the first, sign, display scale), then digits of base 10,000. PostgreSQL
/// strips zero digits at both ends; bytes that have them were not written by it.
/// </summary>
internal readonly ref struct WireNumeric
{
    private const int HeaderLength = 8;
    private const ushort NegativeSign = 0x4000;
    private const ushort PositiveInfinitySign = 0xD000;
    private const ushort NegativeInfinitySign = 0xF000;

    private readonly ReadOnlySpan<byte> _digits;
    private readonly int _weight;
    private readonly ushort _sign;

    private WireNumeric(ReadOnlySpan<byte> digits, int weight, ushort sign)
    {
        _digits = digits;
        _weight = weight;
        _sign = sign;
    }

    /// <summary>+∞ or -∞, or null for a finite number.</summary>
    public double? Infinity => _sign switch
    {
        PositiveInfinitySign => double.PositiveInfinity,
        NegativeInfinitySign => double.NegativeInfinity,
        _ => null,
    };

    /// <summary>Bytes that <see cref="Write"/> needs at most.</summary>
    public int MaxTextLength => 3 + 4 * (Math.Max(_weight + 1, 0) + Math.Max(Count - _weight - 1, 0));

    private int Count => _digits.Length / sizeof(ushort);

    /// <param name="fault">What is wrong with the bytes; null when nothing is.</param>
    public static WireNumeric Read(ReadOnlySpan<byte> field, out string? fault)
    {
        fault = Fault(field);
        if (fault is not null) return default;
        return new WireNumeric(field[HeaderLength..], BinaryPrimitives.ReadInt16BigEndian(field[2..]), BinaryPrimitives.ReadUInt16BigEndian(field[4..]));
    }

    private static string? Fault(ReadOnlySpan<byte> field)
    {
        if (field.Length < HeaderLength) return $"{field.Length} bytes where a numeric has at least {HeaderLength}";
        var count = BinaryPrimitives.ReadInt16BigEndian(field);
        var weight = BinaryPrimitives.ReadInt16BigEndian(field[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(field[4..]);
        var scale = BinaryPrimitives.ReadInt16BigEndian(field[6..]);
        if (count < 0 || field.Length != HeaderLength + count * sizeof(ushort)) return "its length is not that of its digits";
        if (sign is PositiveInfinitySign or NegativeInfinitySign) return count == 0 ? null : "an infinity with digits";
        if (sign is not (0 or NegativeSign)) return "a sign that is neither plus nor minus: NaN, or nothing PostgreSQL writes";
        if (scale is < 0 or > 0x3FFF) return "a display scale beyond numeric's";
        if (count == 0) return sign == 0 && weight == 0 ? null : "a zero with a sign or a weight";

        var digits = field[HeaderLength..];
        for (var i = 0; i < count; i++)
        {
            if (Digit(digits, i) > 9999) return "a digit beyond base 10,000";
        }
        var (first, last) = (Digit(digits, 0), Digit(digits, count - 1));
        if (first == 0 || last == 0) return "zero digits at an end";
        var placesOfLast = last % 1000 == 0 ? 1 : last % 100 == 0 ? 2 : last % 10 == 0 ? 3 : 4;
        return (count - weight - 2) * 4 + placesOfLast > scale && count - weight - 1 > 0 ? "more digits than its display scale" : null;
    }

    /// <summary>Writes the exact value as <c>-digits.digits</c> with no digit that it does not need (no point when it is integral) and gives back the length.</summary>
    public int Write(Span<byte> text, out bool integral)
    {
        var length = 0;
        if (_sign == NegativeSign) text[length++] = (byte)'-';
        var start = length;
        for (var place = _weight; place >= 0; place--) length = WriteGroup(text, length, place);
        var leading = 0;
        while (start + leading < length - 1 && text[start + leading] == '0') leading++;
        text[(start + leading)..length].CopyTo(text[start..]);
        length -= leading;
        if (length == start) text[length++] = (byte)'0';

        var lastPlace = _weight - Count + 1;
        integral = Count == 0 || lastPlace >= 0;
        if (integral) return length;
        text[length++] = (byte)'.';
        for (var place = -1; place >= lastPlace; place--) length = WriteGroup(text, length, place);
        while (text[length - 1] == '0') length--;
        return length;
    }

    /// <summary>Writes the four decimals of base 10,000's <paramref name="place"/>: 0 holds the units, -1 the first of the fraction.</summary>
    private int WriteGroup(Span<byte> text, int length, int place)
    {
        var index = _weight - place;
        Digits.Write(text.Slice(length, 4), index >= 0 && index < Count ? Digit(_digits, index) : 0);
        return length + 4;
    }

    private static int Digit(ReadOnlySpan<byte> digits, int index) => BinaryPrimitives.ReadUInt16BigEndian(digits[(index * sizeof(ushort))..]);
}
