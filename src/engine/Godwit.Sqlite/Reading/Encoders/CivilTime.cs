namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>
/// Days and microseconds from PostgreSQL's epoch, 2000-01-01 00:00:00, in the proleptic Gregorian calendar that both sides use. Only the years 0001-9999,
/// which have four digits in every text form.
/// </summary>
internal static class CivilTime
{
    public const long MicrosecondsPerDay = 86_400_000_000;

    private static readonly int EpochDayNumber = new DateOnly(2000, 1, 1).DayNumber;

    /// <summary>The first and the last microsecond of the years 0001-9999.</summary>
    public static readonly long Earliest = (DateOnly.MinValue.DayNumber - EpochDayNumber) * MicrosecondsPerDay;
    public static readonly long Latest = (DateOnly.MaxValue.DayNumber - EpochDayNumber + 1) * MicrosecondsPerDay - 1;

    /// <summary>Seconds from 1970-01-01 to 2000-01-01.</summary>
    public const long UnixEpochSeconds = 946_684_800;

    /// <summary>Exactly <c>YYYY-MM-DD</c>, a day of the calendar.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)) return false;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        days = new DateOnly(year, month, day).DayNumber - EpochDayNumber;
        return true;
    }

    public static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            var digit = c - '0';
            if ((uint)digit > 9) return false;
            value = value * 10 + digit;
        }
        return true;
    }
}
