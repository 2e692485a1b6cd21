using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary><c>YYYY-MM-DD</c> to date.</summary>
internal sealed class DateTextEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Text && CivilTime.TryParseDate(Shape(statement), out var days) && WriteInt32(buffer, days);
}

/// <summary><c>HH:MM[:SS[.fraction]]</c> to time.</summary>
internal sealed class TimeTextEncoder(int column, FractionForm fraction, TargetType type) : ColumnEncoder(column)
{
    private readonly bool _hasRoom = type.HoldsFraction(fraction);

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Text && _hasRoom && ClockText.TryParse(Shape(statement), fraction, out var microseconds) && WriteInt64(buffer, microseconds);
}

/// <summary>Date, separator, clock, zone of zero or none, to timestamp or timestamptz.</summary>
internal sealed class TimestampTextEncoder(int column, ValueMapping mapping, TargetType type) : ColumnEncoder(column)
{
    private readonly bool _hasRoom = type.HoldsFraction(mapping.Fraction);
    private readonly byte _separator = (byte)mapping.Separator;

    private readonly byte[] _zone = mapping.Zone switch
    {
        ZoneForm.Z => "Z"u8.ToArray(),
        ZoneForm.PlusZero => "+00:00"u8.ToArray(),
        ZoneForm.PlusZeroShort => "+00"u8.ToArray(),
        _ => [],
    };

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Text || !_hasRoom) return false;
        var text = Shape(statement);
        if (text.Length < 16 || text[10] != _separator || !text.EndsWith(_zone)) return false;
        return CivilTime.TryParseDate(text[..10], out var days)
            && ClockText.TryParse(text[11..^_zone.Length], mapping.Fraction, out var microseconds)
            && WriteInt64(buffer, days * CivilTime.MicrosecondsPerDay + microseconds);
    }
}

/// <summary>Seconds (times 1,000,000) or milliseconds (times 1,000) since 1970 to timestamp or timestamptz.</summary>
internal sealed class UnixTimeEncoder(int column, long microseconds, TargetType type) : ColumnEncoder(column)
{
    private readonly bool _hasRoom = microseconds != 1_000 || type.HoldsFraction(FractionForm.Three);
    private readonly long _least = (CivilTime.Earliest + CivilTime.UnixEpochSeconds * 1_000_000) / microseconds;
    private readonly long _most = (CivilTime.Latest + CivilTime.UnixEpochSeconds * 1_000_000) / microseconds;

    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage)
    {
        if (storage != StorageClass.Integer || !_hasRoom) return false;
        var value = Integer(statement);
        return value >= _least && value <= _most && WriteInt64(buffer, value * microseconds - CivilTime.UnixEpochSeconds * 1_000_000);
    }
}

/// <summary>A Julian day to timestamp: the nearest microsecond, when it gives back the same double.</summary>
internal sealed class JulianDayEncoder(int column) : ColumnEncoder(column)
{
    protected override bool TryEncode(RowImageBuffer buffer, nint statement, StorageClass storage) =>
        storage == StorageClass.Real && JulianDays.TryToMicroseconds(Real(statement), out var microseconds) && WriteInt64(buffer, microseconds);
}

/// <summary>The clock part of a text, in exactly one fraction form.</summary>
internal static class ClockText
{
    public static bool TryParse(ReadOnlySpan<byte> text, FractionForm form, out long microseconds)
    {
        microseconds = 0;
        var shortest = form == FractionForm.Minutes ? 5 : 8;
        if (text.Length < shortest || text[2] != ':' || !CivilTime.TryDigits(text[..2], out var hour) || !CivilTime.TryDigits(text[3..5], out var minute)) return false;
        var second = 0;
        if (form != FractionForm.Minutes && (text[5] != ':' || !CivilTime.TryDigits(text[6..8], out second))) return false;
        if (hour > 23 || minute > 59 || second > 59 || !TryFraction(text[shortest..], form, out var fraction)) return false;
        microseconds = ((hour * 60L + minute) * 60 + second) * 1_000_000 + fraction;
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, FractionForm form, out int microseconds)
    {
        microseconds = 0;
        if (text.IsEmpty) return form is FractionForm.None or FractionForm.Minutes or FractionForm.Trimmed or FractionForm.OptionalSix;
        if (text[0] != '.' || text.Length is < 2 or > 7 || !CivilTime.TryDigits(text[1..], out var digits)) return false;
        var count = text.Length - 1;
        microseconds = digits;
        for (var i = count; i < 6; i++) microseconds *= 10;
        return form switch
        {
            FractionForm.Three => count == 3,
            FractionForm.Six => count == 6,
            FractionForm.Trimmed => text[^1] != '0',
            FractionForm.OptionalSix => count == 6 && digits != 0,
            _ => false,
        };
    }
}
