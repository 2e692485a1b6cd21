using System.Globalization;

namespace Godwit.Engine.Reports;

/// <summary>Texts of a report.</summary>
internal static class ReportText
{
    /// <summary>One line: what would break it, or is no text, is replaced.</summary>
    public static string Clean(string text) => text.Any(Breaks) ? string.Concat(text.Select(c => c is '\n' or '\r' or '\t' or '\u2028' or '\u2029' ? ' ' : Breaks(c) ? '\uFFFD' : c)) : text;

    /// <summary>Control characters, and those that turn the direction of what comes after them (https://www.unicode.org/reports/tr9/): a name is not to rewrite its line.</summary>
    private static bool Breaks(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F' or '\u061C';

    public static string At(DateTimeOffset? at) => at is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : "-";

    public static string Span(DateTimeOffset? from, DateTimeOffset? to) => from is { } begin && to is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"{(end - begin).TotalSeconds:0.0} s")
        : "-";

    /// <summary>A length of time as people say it.</summary>
    public static string Long(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };

    public static string Long(DateTimeOffset? from, DateTimeOffset? to) => from is { } begin && to is { } end ? Long(end - begin) : "-";

    /// <summary>To the second.</summary>
    public static string AtSecond(DateTimeOffset? at) => at is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";

    /// <summary>A moment that evidence has as text.</summary>
    public static string AtSecond(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? AtSecond(at) : text;

    /// <summary>A number of things whose plural ends in s.</summary>
    public static string Number(long number, string thing) => $"{Count(number)} {thing}{(number == 1 ? "" : "s")}";

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
