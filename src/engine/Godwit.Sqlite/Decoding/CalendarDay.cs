namespace Godwit.Sqlite.Decoding;

/// <summary>A day of the proleptic Gregorian calendar, which both databases use, counted out from PostgreSQL's day zero, 2000-01-01.</summary>
internal readonly record struct CalendarDay(int Year, int Month, int Day)
{
    /// <summary>0001-01-01, counted from 2000-01-01.</summary>
    public const int First = -730_119;

    /// <summary>9999-12-31.</summary>
    public const int Last = 2_921_939;

    private const int DaysOf400Years = 146_097;
    private const int DaysOf100Years = 36_524;
    private const int DaysOf4Years = 1_461;

    /// <param name="days">Days since 2000-01-01, from <see cref="First"/> to <see cref="Last"/>.</param>
    public static CalendarDay FromDays(int days)
    {
        var rest = days - First;
        var year = 1;
        (var cycles, rest) = Math.DivRem(rest, DaysOf400Years);
        year += cycles * 400;
        // The last century of a cycle and the last year of a leap cycle have a day more than the others: without the limits it would begin a fifth.
        var centuries = Math.Min(rest / DaysOf100Years, 3);
        year += centuries * 100;
        rest -= centuries * DaysOf100Years;
        (var leapCycles, rest) = Math.DivRem(rest, DaysOf4Years);
        year += leapCycles * 4;
        var years = Math.Min(rest / 365, 3);
        year += years;
        rest -= years * 365;
        var month = 1;
        for (; rest >= DaysOfMonth(year, month); month++) rest -= DaysOfMonth(year, month);
        return new CalendarDay(year, month, rest + 1);
    }

    /// <summary>Writes <c>YYYY-MM-DD</c>, ten bytes.</summary>
    public void Write(Span<byte> text)
    {
        Digits.Write(text[..4], Year);
        text[4] = (byte)'-';
        Digits.Write(text[5..7], Month);
        text[7] = (byte)'-';
        Digits.Write(text[8..10], Day);
    }

    private static int DaysOfMonth(int year, int month) => month switch
    {
        4 or 6 or 9 or 11 => 30,
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        _ => 31,
    };
}
