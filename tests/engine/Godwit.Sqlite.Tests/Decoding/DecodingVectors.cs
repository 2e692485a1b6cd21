using Godwit.Model.Values;

namespace Godwit.Sqlite.Tests.Decoding;

/// <param name="Literal">The value at the target as text that its type reads.</param>
/// <param name="Stored">What SQLite must have stored: long, double, string, byte[]; null when the value must be refused, for nothing can have become it.</param>
public sealed record DecodingVector(ValueMapping Mapping, TargetType Type, Affinity Affinity, string Literal, object? Stored);

/// <summary>For every mapping, values at the target and what they were at the source; a test lets PostgreSQL itself write them.</summary>
public static class DecodingVectors
{
    public static IReadOnlyList<DecodingVector> All { get; } =
    [
        .. Of(new(MappingKind.Integer), TargetType.Bigint, ("-9223372036854775808", long.MinValue), ("0", 0L), ("9223372036854775807", long.MaxValue)),
        .. Of(new(MappingKind.Integer), new(TypeName.Integer), ("-2147483648", -2147483648L), ("77", 77L)),
        .. Of(new(MappingKind.Integer), new(TypeName.Smallint), ("-32768", -32768L), ("77", 77L)),
        .. Of(new(MappingKind.Real), TargetType.DoublePrecision,
            ("0.1", 0.1), ("-0", -0.0), ("5e-324", double.Epsilon), ("1.7976931348623157e308", double.MaxValue), ("-Infinity", double.NegativeInfinity)),
        .. Of(new(MappingKind.Text), TargetType.Text, ("", ""), ("é漢𝄞", "é漢𝄞"), (" it's ", " it's ")),
        .. Of(new(MappingKind.Text), new(TypeName.Varchar, 20), ("x ", "x ")),
        .. Of(new(MappingKind.Text), new(TypeName.Json), ("{ \"a\":  1.0, \"a\": 2}", "{ \"a\":  1.0, \"a\": 2}")),
        .. Of(new(MappingKind.Blob), TargetType.Bytea, ("\\x", Array.Empty<byte>()), ("\\x00ff5c", new byte[] { 0, 255, 0x5c })),
        .. Of(new(MappingKind.Number), TargetType.Numeric, Affinity.Numeric,
            ("0", 0L), ("1.50", 1.5), ("-0.1", -0.1), ("100", 100L), ("10000", 10000L), ("99990000", 99990000L), ("0.00012345", 0.00012345),
            ("9223372036854775807", long.MaxValue), ("9223372036854775808", null), ("9223372036854776000", 9223372036854775808.0),
            ("1e300", 1e300), ("5e-324", double.Epsilon), ("1.7976931348623157e308", double.MaxValue), ("Infinity", double.PositiveInfinity), ("-Infinity", double.NegativeInfinity)),
        .. Of(new(MappingKind.Number), new(TypeName.Numeric, Precision: 12, Scale: 4), Affinity.Numeric, ("12345678.9", 12345678.9), ("3", 3L), ("0.0001", 0.0001)),
        .. Of(new(MappingKind.Number), TargetType.Numeric, Affinity.Real, ("3", 3.0), ("1e22", 1e22), ("4611686018427388000", 4611686018427387904.0)),
        .. Of(new(MappingKind.NumberAsDouble), TargetType.DoublePrecision, Affinity.Integer, ("3", 3L), ("3.5", 3.5), ("1e300", 1e300), ("9007199254740992", 9007199254740992L)),
        .. Of(new(MappingKind.DecimalText), TargetType.Numeric, ("0", "0.0"), ("12.50", "12.5"), ("-100", "-100.0"), ("0.0000000001", "0.0000000001"),
            ("79228162514264337593543950335", "79228162514264337593543950335.0")),
        .. Of(new(MappingKind.DecimalText), new(TypeName.Numeric, Precision: 18, Scale: 2), ("9999.90", "9999.9"), ("10000", "10000.0")),
        .. Of(new(MappingKind.BooleanInteger), TargetType.Boolean, ("false", 0L), ("true", 1L)),
        .. Of(new(MappingKind.BooleanText) { FalseWord = "nein", TrueWord = "já" }, TargetType.Boolean, ("false", "nein"), ("true", "já")),
        .. Of(new(MappingKind.DateText), TargetType.Date, ("0001-01-01", "0001-01-01"), ("1900-02-28", "1900-02-28"), ("2000-02-29", "2000-02-29"), ("9999-12-31", "9999-12-31")),
        .. Of(new(MappingKind.TimeText) { Fraction = FractionForm.Minutes }, TargetType.Time, ("23:59", "23:59")),
        .. Of(new(MappingKind.TimeText) { Fraction = FractionForm.Trimmed }, TargetType.Time, ("23:59:59.5", "23:59:59.5"), ("00:00:00", "00:00:00")),
        .. Of(new(MappingKind.TimestampText) { Separator = 'T', Fraction = FractionForm.Three }, new(TypeName.Timestamp, Precision: 3),
            ("2024-02-29 12:34:56.789", "2024-02-29T12:34:56.789"), ("0001-01-01 00:00", "0001-01-01T00:00:00.000"), ("1999-12-31 23:59:59.999", "1999-12-31T23:59:59.999")),
        .. Of(new(MappingKind.TimestampText) { Fraction = FractionForm.OptionalSix, Zone = ZoneForm.PlusZero }, TargetType.Timestamptz,
            ("2024-02-29 12:34:56.000001+00", "2024-02-29 12:34:56.000001+00:00"), ("2024-07-01 14:00:00+02", "2024-07-01 12:00:00+00:00")),
        .. Of(new(MappingKind.UnixSeconds), TargetType.Timestamptz, ("1970-01-01 00:00:00+00", 0L), ("1969-12-31 23:59:59+00", -1L), ("9999-12-31 23:59:59+00", 253402300799L)),
        .. Of(new(MappingKind.UnixMilliseconds), TargetType.Timestamp, ("2024-02-29 12:34:56.789", 1709210096789L), ("0001-01-01 00:00:00", -62135596800000L)),
        .. Of(new(MappingKind.JulianDay), TargetType.Timestamp, ("2000-01-01 12:00:00", 2451545.0), ("1858-11-17 00:00:00", 2400000.5), ("2024-03-01 06:00:00", 2460370.75)),
        .. Of(new(MappingKind.UuidText) { UuidForm = UuidForm.DashedUpper }, TargetType.Uuid, ("00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF")),
        .. Of(new(MappingKind.UuidText), TargetType.Uuid, ("00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899aabbccddeeff")),
        .. Of(new(MappingKind.UuidBlob), TargetType.Uuid, ("00112233-4455-6677-8899-aabbccddeeff", Decoded.Hex("00112233445566778899aabbccddeeff"))),
        .. Of(new(MappingKind.AnyText), TargetType.Text, Affinity.Integer, ("12", 12L), ("12.5", 12.5), ("n/a", "n/a"), ("", ""), ("9223372036854775808.0", 9223372036854775808.0)),
        .. Of(new(MappingKind.AnyText), TargetType.Text, Affinity.Text, ("12", "12")),
    ];

    private static IEnumerable<DecodingVector> Of(ValueMapping mapping, TargetType type, params (string Literal, object? Stored)[] values) =>
        Of(mapping, type, Affinity.Blob, values);

    private static IEnumerable<DecodingVector> Of(ValueMapping mapping, TargetType type, Affinity affinity, params (string Literal, object? Stored)[] values) =>
        values.Select(v => new DecodingVector(mapping, type, affinity, v.Literal, v.Stored));
}
