using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

/// <summary>A time of day in the form that a column has.</summary>
internal static class ClockText
{
    public const int MaxLength = 15;
    public const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Writes the time and gives back its length, or -1 when the form has no place for the time's seconds or fraction.</summary>
    /// <param name="microseconds">Since midnight, less than a day.</param>
    public static int Write(Span<byte> text, long microseconds, FractionForm form)
    {
        var (allSeconds, fraction) = ((int)(microseconds / 1_000_000), (int)(microseconds % 1_000_000));
        var (allMinutes, seconds) = Math.DivRem(allSeconds, 60);
        Digits.Write(text[..2], allMinutes / 60);
        text[2] = (byte)':';
        Digits.Write(text[3..5], allMinutes % 60);
        if (form == FractionForm.Minutes) return seconds == 0 && fraction == 0 ? 5 : -1;
        text[5] = (byte)':';
        Digits.Write(text[6..8], seconds);

        var places = form switch
        {
            FractionForm.None => fraction == 0 ? 0 : -1,
            FractionForm.Three => fraction % 1000 == 0 ? 3 : -1,
            FractionForm.Six => 6,
            FractionForm.OptionalSix => fraction == 0 ? 0 : 6,
            FractionForm.Trimmed => SignificantPlaces(fraction),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, message: null),
        };
        if (places <= 0) return places < 0 ? -1 : 8;
        text[8] = (byte)'.';
        Span<byte> six = stackalloc byte[6];
        Digits.Write(six, fraction);
        six[..places].CopyTo(text[9..]);
        return 9 + places;
    }

    private static int SignificantPlaces(int fraction)
    {
        if (fraction == 0) return 0;
        var places = 6;
        for (; fraction % 10 == 0; fraction /= 10) places--;
        return places;
    }
}
