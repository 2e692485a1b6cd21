using System.Globalization;

namespace Godwit.Engine.Reports;

/// <summary>Texts of a report.</summary>
internal static class ReportText
{
    /// <summary>One line: what would break it, or is no text, is replaced.</summary>
    public static string Clean(string text) =>
        text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')
            ? string.Concat(text.Select(c => c is '\n' or '\r' or '\t' or '\u2028' or '\u2029' ? ' ' : char.IsControl(c) ? '\uFFFD' : c))
            : text;

    public static string At(DateTimeOffset? at) => at is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : "-";

    public static string Span(DateTimeOffset? from, DateTimeOffset? to) => from is { } begin && to is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"{(end - begin).TotalSeconds:0.0} s")
        : "-";

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
