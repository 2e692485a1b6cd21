using System.Buffers.Binary;
using System.Text;

namespace Godwit.Journeys.Encoders;

/// <summary>Mistakes that an encoder could make, by the kind of field: each gives bytes that the server takes.</summary>
internal static class Mistakes
{
    public static readonly (string Name, Spoil Spoil)[] Any = [("NULL instead", _ => null)];

    public static readonly (string Name, Spoil Spoil)[] OfInteger =
    [
        .. Any,
        ("sign", f => Int64(f, v => -v)),
        ("one more", f => Int64(f, v => v + 1)),
        ("halves swapped", f => [.. f[4..], .. f[..4]]),
        ("cut to 32 bits", f => Int64(f, v => (int)v)),
        ("least significant byte first", f => [.. f.Reverse()]),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfReal =
    [
        .. Any,
        ("sign", f => [(byte)(f[0] ^ 0x80), .. f[1..]]),
        ("next double", f => Int64(f, v => v + 1)),
        ("cut to a float", f => Int64(f, v => BitConverter.DoubleToInt64Bits((float)BitConverter.Int64BitsToDouble(v)))),
        ("least significant byte first", f => [.. f.Reverse()]),
        ("rounded to 15 digits", f => Int64(f, v => BitConverter.DoubleToInt64Bits(double.Parse(BitConverter.Int64BitsToDouble(v).ToString("G15"))))),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfText =
    [
        .. Any,
        ("cut by one", f => f[..^1]),
        ("empty", _ => []),
        ("a space more", f => [.. f, 0x20]),
        ("capitals", f => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(f).ToUpperInvariant())),
        ("last two swapped", f => [.. f[..^2], f[^1], f[^2]]),
        ("letters turned round", f => Encoding.UTF8.GetBytes([.. Encoding.UTF8.GetString(f).Reverse()])),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfBytes =
    [
        .. Any,
        ("cut by one", f => f[..^1]),
        ("empty", _ => []),
        ("a byte more", f => [.. f, 0]),
        ("last bit", f => [.. f[..^1], (byte)(f[^1] ^ 1)]),
        ("backwards", f => [.. f.Reverse()]),
        ("hexadecimal", f => Encoding.ASCII.GetBytes(Convert.ToHexString(f))),
    ];

    /// <summary>ndigits, weight, sign, dscale, digits: numeric_send of PostgreSQL.</summary>
    public static readonly (string Name, Spoil Spoil)[] OfNumeric =
    [
        .. Any,
        ("sign", f => Word(f, 2, w => w ^ 0x4000)),
        ("weight", f => Word(f, 1, w => w + 1)),
        ("first digit", f => Word(f, 4, w => w % 9999 + 1)),
        ("last digit", f => Word(f, f.Length / 2 - 1, w => w % 9999 + 1)),
        ("last digit lost", f => [.. Word(f, 0, w => w - 1)[..^2]]),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfBoolean =
    [
        .. Any,
        ("turned round", f => [(byte)(f[0] ^ 1)]),
        ("always true", _ => [1]),
        ("always false", _ => [0]),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfDate =
    [
        .. Any,
        ("a day later", f => Int32(f, v => v + 1)),
        ("a day earlier", f => Int32(f, v => v - 1)),
        ("sign", f => Int32(f, v => -v)),
        ("days from 1970", f => Int32(f, v => v + 10_957)),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfTime =
    [
        .. Any,
        ("a second later", f => Int64(f, v => v + 1_000_000)),
        ("a microsecond later", f => Int64(f, v => v + 1)),
        ("an hour earlier", f => Int64(f, v => v - 3_600_000_000)),
        ("fraction lost", f => Int64(f, v => v / 1_000_000 * 1_000_000)),
    ];

    public static readonly (string Name, Spoil Spoil)[] OfTimestamp =
    [
        .. OfTime,
        ("a day later", f => Int64(f, v => v + 86_400_000_000)),
        ("from 1970", f => Int64(f, v => v + 946_684_800_000_000)),
        ("milliseconds for microseconds", f => Int64(f, v => v / 1000)),
        ("sign", f => Int64(f, v => -v)),
    ];

    /// <summary>Whole seconds have no fraction to lose.</summary>
    public static readonly (string Name, Spoil Spoil)[] OfSeconds = [.. OfTimestamp.Where(m => m.Name != "fraction lost")];

    /// <summary>A step of a Julian day's double is forty microseconds: what moves less comes back the same, and is no mistake.</summary>
    public static readonly (string Name, Spoil Spoil)[] OfJulianDay =
        [.. OfTimestamp.Where(m => m.Name != "a microsecond later"), ("half a day later", f => Int64(f, v => v + 43_200_000_000))];

    public static readonly (string Name, Spoil Spoil)[] OfUuid =
    [
        .. Any,
        ("nibbles swapped", f => [.. f.Select(b => (byte)(b << 4 | b >> 4))]),
        ("halves swapped", f => [.. f[8..], .. f[..8]]),
        (".NET's order", f => new Guid(f).ToByteArray(bigEndian: true)),
        ("last bit", f => [.. f[..^1], (byte)(f[^1] ^ 1)]),
    ];

    private static byte[] Int64(byte[] field, Func<long, long> change)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, change(BinaryPrimitives.ReadInt64BigEndian(field)));
        return bytes;
    }

    private static byte[] Int32(byte[] field, Func<int, int> change)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, change(BinaryPrimitives.ReadInt32BigEndian(field)));
        return bytes;
    }

    private static byte[] Word(byte[] field, int index, Func<int, int> change)
    {
        byte[] bytes = [.. field];
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(index * 2), (short)change(BinaryPrimitives.ReadUInt16BigEndian(field.AsSpan(index * 2))));
        return bytes;
    }
}
