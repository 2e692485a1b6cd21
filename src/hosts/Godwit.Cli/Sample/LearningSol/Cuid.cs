namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Ids of the shape of Prisma's <c>@default(cuid())</c>: c, time, counter, host and random part in base 36, 25 characters.</summary>
internal sealed class Cuid(Dice dice)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int Length = 25;

    private readonly string _host = Base36(dice.Next(), 4);
    private ulong _count;

    public string Next(long milliseconds) =>
        string.Concat("c", Base36((ulong)milliseconds, 8), Base36(_count++, 4), string.Concat(_host, Base36(dice.Next(), Length - 17)));

    private static string Base36(ulong value, int width) => string.Create(width, value, (span, rest) =>
    {
        for (var i = span.Length - 1; i >= 0; i--, rest /= 36) span[i] = Digits[(int)(rest % 36)];
    });
}
