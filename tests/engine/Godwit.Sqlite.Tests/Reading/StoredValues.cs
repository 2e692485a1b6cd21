using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>Random values that lie near the edges of every mapping.</summary>
internal static class StoredValues
{
    public static readonly long[] Integers =
    [
        0, 1, -1, 2, 9, 10, 99, 100, -99, -100, short.MinValue, short.MinValue - 1, short.MaxValue, short.MaxValue + 1, int.MinValue, int.MinValue - 1L, int.MaxValue, int.MaxValue + 1L,
        1L << 53, (1L << 53) + 1, -(1L << 53), -(1L << 53) - 1, long.MinValue, long.MinValue + 1, long.MaxValue, long.MaxValue - 1,
        -62_135_596_800, -62_135_596_801, 253_402_300_799, 253_402_300_800, -62_135_596_800_000, -62_135_596_800_001, 253_402_300_799_999, 253_402_300_800_000,
        99_999_999, 100_000_000, 999_999_999_999_999_999, 1_000_000_000_000_000_000, -999_999_999_999_999_999, -1_000_000_000_000_000_000,
    ];

    public static readonly double[] Reals =
    [
        0.0, -0.0, double.PositiveInfinity, double.NegativeInfinity, 1e308, double.MaxValue, double.MinValue, double.Epsilon, -double.Epsilon, 2.2250738585072014e-308, 1e-307,
        0.99, 0.0001, 0.00001, 100000000.00000001, 0.1, 0.2, 0.30000000000000004, 1.005, 9.99, 99.99, 999.99, 9999999.99, 99999999.99, 99999999.995, 0.995, 0.5, 1.5, 2.5, 1e15, 1e16, 1e22, 1e23,
        123456789012345.67, 12345678901234.567, 9007199254740992, 9007199254740993, -9007199254740992, 9_223_372_036_854_775_808.0, -9_223_372_036_854_775_808.0, 9_223_372_036_854_774_784.0, 1e19, 1e20,
        1.0, -1.0, 100.0, 5e-5, 1.7976931348623157e+10, 4.35, 0.285, 1e-22, 1e-23, 9.999999999999999e22,
    ];

    private static readonly string[] Texts =
    [
        "", " ", "x", "é", "𝄞", "0", "1", "-1", "007", "1.0", "-0.0", "0.0", "1.50", "12.5", "-12.5", "0.5", ".5", "5.", "01.5", "-0.5", "+1.5", "1e5", " 12", "12 ", "0x10", "Inf", "nan", "1e400",
        "79228162514264337593543950335.0", "-0.0000000000000000000000000001", "2024-02-29", "2023-02-29", "0001-01-01", "0000-01-01", "9999-12-31", "10000-01-01", "2024-13-01", "2024-1-01",
        "12:34", "12:34:56", "24:00:00", "23:59:60", "12:34:56.1", "12:34:56.120", "12:34:56.123", "12:34:56.000", "12:34:56.000000", "12:34:56.123450", "12:34:56.123456", "12:34:56.1234567", "12:34:56.",
        "2024-02-29 12:34", "2024-02-29 12:34:56", "2024-02-29T12:34:56", "2024-02-29 12:34:56.123", "2024-02-29T12:34:56.123Z", "2024-02-29 12:34:56.123456+00:00", "2024-02-29T12:34:56+00", "2024-02-29 12:34Z",
        "2024-02-29 12:34:56-00:00", "2024-02-29 12:34:56+01:00", "2024-02-29 12:34:56 Z", "2024-02-29 +00:00", "2024-02-29T+00", "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00", "2024-02-29 12:34:56.5",
        "true", "false", "True", "FALSE", "t", "F", "yes", "NO", "on", "Off", "tRue", "y", "N",
        "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef", "01234567-89AB-CDEF-0123-456789ABCDEF", "01234567-89Ab-cdef-0123-456789abcdef",
        "01234567-8901-2345-6789-012345678901", "01234567890123456789012345678901", "{01234567-89ab-cdef-0123-456789abcdef}", "0123456789ab-cdef-0123-456789abcdef-ab", "0123456789abcdef0123456789abcdeg",
        "{}", "[1,2.5e3,\"a\",null]", "{\"a\": {\"b\": [true]}}", "{a:1}", "null", "\"\\u0000\"", "\"\\ud800\"", "1 2", "[1,]",
        "12345", "123456", "ééééé", "éééééé", "𝄞𝄞𝄞𝄞𝄞", "𝄞𝄞𝄞𝄞𝄞𝄞", "a\0b", "\0", "2024-02-29\0", "true\0", "\uFEFFx",
    ];

    private static readonly byte[][] InvalidUtf8 = [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [.. "2024-02-2"u8, 0xB9], [0x61, 0x80]];

    private static readonly Gen<StoredValue> Integer = Gen.OneOf(
        Gen.Elements(Integers), Gen.Elements(Integers).Zip(Gen.Choose(-2, 2)).Select(p => unchecked(p.Item1 + p.Item2)), ArbMap.Default.GeneratorFor<long>(), Gen.Choose(-1000, 1000).Select(i => (long)i),
        Gen.Choose(int.MinValue, int.MaxValue).Zip(Gen.Choose(0, 32)).Select(p => (long)p.Item1 << p.Item2)).Select(StoredValue.Of);

    private static readonly Gen<StoredValue> Real = Gen.OneOf(
        Gen.Elements(Reals),
        // Decimals of some digits, and their neighbours.
        Gen.Choose(-2_000_000_000, 2_000_000_000).Zip(Gen.Choose(0, 12)).Select(p => p.Item1 / Math.Pow(10, p.Item2)),
        Gen.Elements(Reals).Where(double.IsFinite).Zip(Gen.Elements(1, -1)).Select(p => p.Item2 > 0 ? Math.BitIncrement(p.Item1) : Math.BitDecrement(p.Item1)),
        Gen.Choose(-100_000, 100_000).Zip(Gen.Choose(0, 4)).Select(p => p.Item1 / Math.Pow(10, p.Item2) * 1e8),
        // Any bits at all.
        Gen.Choose(int.MinValue, int.MaxValue).Zip(Gen.Choose(int.MinValue, int.MaxValue)).Select(p => BitConverter.Int64BitsToDouble(((long)p.Item1 << 32) | (uint)p.Item2)))
        .Where(d => !double.IsNaN(d)).Select(StoredValue.Of);

    private static readonly Gen<string> Shaped = Gen.OneOf(
        Gen.Elements(Texts),
        Gen.Elements(BooleanWords.Pairs.SelectMany(p => new[] { p.False, p.True }).ToArray()),
        Gen.Choose(-2_000_000_000, 2_000_000_000).Zip(Gen.Choose(0, 12)).Select(p => (p.Item1 / (decimal)Math.Pow(10, p.Item2)).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Choose(1, 400).Zip(Gen.Choose(1, 400)).Select(p => new string('7', p.Item1) + "." + new string('3', p.Item2)));

    /// <summary>A character put in, left out, replaced or doubled: what is nearly a shape.</summary>
    private static readonly Gen<string> NearlyShaped =
        from text in Shaped
        from at in Gen.Choose(0, text.Length)
        from with in Gen.Elements(" ", "0", "9", ".", "-", ":", "T", "Z", "+", "a", "A", "é", "\0", "", "1")
        from left in Gen.Choose(0, Math.Min(2, text.Length - at))
        select text[..at] + with + text[(at + left)..];

    private static readonly Gen<StoredValue> Text = Gen.Frequency(
        (4, Shaped.Select(StoredValue.OfText)),
        (4, NearlyShaped.Select(StoredValue.OfText)),
        (1, ArbMap.Default.GeneratorFor<UnicodeString>().Select(s => StoredValue.OfText(s.Get))));

    private static readonly Gen<StoredValue> Blob = Gen.Choose(0, 40).SelectMany(n => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(n)).Select(b => StoredValue.OfBlob(b));

    public static readonly Gen<StoredValue> Utf8 = Gen.Frequency((3, Integer), (4, Real), (8, Text), (1, Gen.Elements(InvalidUtf8).Select(StoredValue.OfText)), (2, Blob), (1, Gen.Constant(StoredValue.Null)));

    /// <summary>Texts of a UTF-16 database: whole ones, and such with a lone surrogate or half a unit.</summary>
    public static Gen<StoredValue> Utf16(Encoding encoding) => Gen.Frequency(
        (8, Text.Select(t => t.In(encoding))),
        (1, Text.Select(t => StoredValue.OfText([.. t.In(encoding).Bytes, 0x41]))),
        (1, Text.Select(t => StoredValue.OfText([.. t.In(encoding).Bytes, .. encoding.GetBytes("x"), .. encoding.Equals(Encoding.Unicode) ? (byte[])[0x00, 0xD8] : [0xD8, 0x00]]))),
        (1, Integer),
        (1, Blob));

}
