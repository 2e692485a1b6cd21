using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>Another day of the same year at the same time of day. The days of a year are shuffled by the key, so that no two meet. What is no such date, as infinity, stays.</summary>
internal sealed partial class DateMask(byte[] key) : IMask
{
    private readonly ConcurrentDictionary<int, int[]> _years = [];

    public string Apply(string text)
    {
        if (Date().Match(text) is not { Success: true } match || text.EndsWith("BC", StringComparison.Ordinal)) return text;
        var (year, month, day) = (Number(match, "year"), Number(match, "month"), Number(match, "day"));
        if (year is < 1 or > 9999) return text;
        var other = new DateOnly(year, 1, 1).AddDays(_years.GetOrAdd(year, Shuffle)[new DateOnly(year, month, day).DayOfYear - 1]);
        return other.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + match.Groups["rest"].Value;
    }

    /// <summary>Fisher and Yates, with numbers out of HMAC-SHA256.</summary>
    private int[] Shuffle(int year)
    {
        var days = Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).ToArray();
        for (var i = days.Length - 1; i > 0; i--)
        {
            var drawn = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"date\0{year}\0{i}"));
            var j = (int)(BitConverter.ToUInt64(drawn) % (ulong)(i + 1));
            (days[i], days[j]) = (days[j], days[i]);
        }
        return days;
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<year>\d{4,5})-(?<month>\d\d)-(?<day>\d\d)(?<rest>.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Date();
}
