using System.Globalization;
using System.Text.RegularExpressions;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Translation;

/// <summary>A constant of SQLite as a literal of a column's type: the column's mapping, applied to one value.</summary>
internal static partial class EncodedLiterals
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>The literal, or null when the value is not one that the mapping takes.</summary>
    public static string? Encode(object constant, ValueMapping mapping, TargetType type) => (mapping.Kind, constant) switch
    {
        (MappingKind.Integer, long integer) when Fits(integer, type) => PostgresText.Literal(integer),
        (MappingKind.Real, double real) => PostgresText.Literal(real),
        (MappingKind.Text or MappingKind.AnyText, string text) when !text.Contains('\0') && (type.Length is not { } most || text.EnumerateRunes().Count() <= most) => PostgresText.Literal(text),
        (MappingKind.AnyText, long integer) => PostgresText.Literal(integer.ToString(CultureInfo.InvariantCulture)),
        (MappingKind.Blob, byte[] bytes) => PostgresText.Literal(bytes),
        (MappingKind.Number, long integer) => PostgresText.Literal(integer),
        (MappingKind.Number, double real) when double.IsFinite(real) => real < 0 ? $"({PostgresText.Digits(real)})" : PostgresText.Digits(real),
        (MappingKind.NumberAsDouble, long integer) when Math.Abs((decimal)integer) <= 1L << 53 => PostgresText.Literal((double)integer),
        (MappingKind.NumberAsDouble, double real) => PostgresText.Literal(real),
        (MappingKind.DecimalText, string text) when DecimalForm.IsMatch(text) => text[0] == '-' ? $"({text})" : text,
        (MappingKind.BooleanInteger, long and (0 or 1)) => constant is 1L ? "TRUE" : "FALSE",
        (MappingKind.BooleanText, string text) when text == mapping.TrueWord || text == mapping.FalseWord => text == mapping.TrueWord ? "TRUE" : "FALSE",
        (MappingKind.DateText, string text) when IsDay(text) => $"date '{text}'",
        (MappingKind.TimeText, string text) when IsTime(text, mapping) => $"time '{TrimZone(text, mapping.Zone)}'",
        (MappingKind.TimestampText, string text) when IsTimestamp(text, mapping) => Timestamp(text[..10], TrimZone(text[11..], mapping.Zone), type),
        (MappingKind.UnixSeconds, long seconds) when seconds is >= FirstSecond and <= LastSecond => Timestamp(seconds * 1000, type),
        (MappingKind.UnixMilliseconds, long milliseconds) when milliseconds is >= FirstSecond * 1000 and <= (LastSecond * 1000) + 999 => Timestamp(milliseconds, type),
        (MappingKind.UuidText, string text) when UuidFits(text, mapping.UuidForm) => $"uuid '{Guid.Parse(text):D}'",
        (MappingKind.UuidBlob, byte[] { Length: 16 } bytes) => $"uuid '{new Guid(bytes, bigEndian: true):D}'",
        _ => null,
    };

    /// <summary>A literal of timestamp or timestamptz for a wall clock of UTC.</summary>
    public static string Timestamp(string day, string time, TargetType type) =>
        type.Name == TypeName.Timestamptz ? $"timestamptz '{day} {time}+00'" : $"timestamp '{day} {time}'";

    private static string Timestamp(long milliseconds, TargetType type)
    {
        var moment = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var time = moment.Millisecond == 0 ? moment.ToString("HH:mm:ss", CultureInfo.InvariantCulture) : moment.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        return Timestamp(moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), time, type);
    }

    public static bool IsDay(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool Fits(long value, TargetType type) => type.Name switch
    {
        TypeName.Smallint => value is >= short.MinValue and <= short.MaxValue,
        TypeName.Integer => value is >= int.MinValue and <= int.MaxValue,
        _ => true,
    };

    private static bool IsTimestamp(string text, ValueMapping mapping) =>
        text.Length > 11 && text[10] == mapping.Separator && IsDay(text[..10]) && IsTime(text[11..], mapping);

    private static bool IsTime(string text, ValueMapping mapping)
    {
        var zone = ZoneText(mapping.Zone);
        if (!text.EndsWith(zone, StringComparison.Ordinal)) return false;
        var clock = text[..^zone.Length];
        var expected = mapping.Fraction switch
        {
            FractionForm.Minutes => MinutesForm,
            FractionForm.None => SecondsForm,
            FractionForm.Three => ThreeForm,
            FractionForm.Six => SixForm,
            FractionForm.Trimmed => TrimmedForm,
            _ => OptionalSixForm,
        };
        return expected.IsMatch(clock) && !clock.EndsWith(".000000", StringComparison.Ordinal) | mapping.Fraction == FractionForm.Six;
    }

    private static string ZoneText(ZoneForm zone) => zone switch
    {
        ZoneForm.Z => "Z",
        ZoneForm.PlusZero => "+00:00",
        ZoneForm.PlusZeroShort => "+00",
        _ => "",
    };

    private static string TrimZone(string text, ZoneForm zone) => text[..^ZoneText(zone).Length];

    private static bool UuidFits(string text, UuidForm form) => form switch
    {
        UuidForm.Hex => HexUuid.IsMatch(text),
        UuidForm.Dashed => DashedUuid.IsMatch(text),
        _ => !text.Any(char.IsAsciiLetterLower) && DashedUuid.IsMatch(text.ToLowerInvariant()),
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)\.([0-9]|[0-9]*[1-9])\z")]
    private static partial Regex DecimalForm { get; }

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]\z")]
    private static partial Regex MinutesForm { get; }

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\z")]
    private static partial Regex SecondsForm { get; }

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}\z")]
    private static partial Regex ThreeForm { get; }

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}\z")]
    private static partial Regex SixForm { get; }

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{0,5}[1-9])?\z")]
    private static partial Regex TrimmedForm { get; }

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?\z")]
    private static partial Regex OptionalSixForm { get; }

    [GeneratedRegex(@"^[0-9a-f]{32}\z")]
    private static partial Regex HexUuid { get; }

    [GeneratedRegex(@"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z")]
    private static partial Regex DashedUuid { get; }
}
