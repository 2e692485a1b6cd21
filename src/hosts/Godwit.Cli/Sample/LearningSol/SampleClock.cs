namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Times as Prisma's client stores them in SQLite: milliseconds since 1970 as INTEGER. A fixed calendar, so that a seed decides everything.</summary>
internal sealed class SampleClock(Dice dice)
{
    /// <summary>2023-01-15 00:00 UTC.</summary>
    public const long Opening = 1_673_740_800_000;

    /// <summary>2025-06-30 23:59:59.999 UTC.</summary>
    public const long Closing = 1_751_327_999_999;

    private const long Day = 86_400_000;

    public long Between(long from, long to) => from + (long)(dice.Next() % (ulong)Math.Max(1, to - from + 1));

    public long After(long from) => Between(from, Closing);

    /// <summary>The created_at of the row with this place in its table: later rows are younger, as ids are.</summary>
    public long Rising(int place, int rows) => Opening + (Closing - Opening) / Math.Max(1, rows) * place + dice.Below(1000);

    /// <summary>A birthday between 1940 and 2010: midnight UTC, negative before 1970.</summary>
    public long Birthday() => (-10_957 + dice.Below(25_567)) * Day;
}
