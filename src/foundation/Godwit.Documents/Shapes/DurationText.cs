using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Godwit.Documents.Shapes;

/// <summary>The one place that knows how a length of time is written: a whole number and its unit, <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>48h</c>, <c>7d</c>.</summary>
public static partial class DurationText
{
    /// <summary>Of the text as a whole; for the schema too.</summary>
    public const string Pattern = "^[0-9]{1,12}(ms|s|m|h|d)$";

    public const string Expected = "a length of time: a whole number and ms, s, m, h or d, such as 30s";

    private static readonly (string Unit, long Milliseconds)[] s_units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is null || Written().Match(text) is not { Success: true } match || text[^1] == '\n') return false;
        var unit = s_units.First(u => u.Unit == match.Groups["unit"].Value).Milliseconds;
        var number = long.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        if (number > (long)TimeSpan.MaxValue.TotalMilliseconds / unit) return false;
        duration = new TimeSpan(number * unit * TimeSpan.TicksPerMillisecond);
        return true;
    }

    /// <exception cref="ArgumentException">The text is not a length of time.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new ArgumentException($"\"{text}\" is not {Expected}", nameof(text));

    /// <summary>The shortest way to write a length of time that is not negative; parts of a millisecond are dropped.</summary>
    public static string Write(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var milliseconds = duration.Ticks / TimeSpan.TicksPerMillisecond;
        if (milliseconds == 0) return "0s";
        var (unit, size) = s_units.First(u => milliseconds % u.Milliseconds == 0);
        return (milliseconds / size).ToString(CultureInfo.InvariantCulture) + unit;
    }

    [GeneratedRegex("^(?<number>[0-9]{1,12})(?<unit>ms|s|m|h|d)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
