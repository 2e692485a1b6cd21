using System.Net;

namespace Godwit.Identity.Risk;

/// <summary>Of which country a network is, as somebody's list says: sorted ranges, of which a look takes some twenty comparisons. Immutable.</summary>
internal sealed class CountryList
{
    private const int LongestLine = 512;

    private readonly UInt128[] _firsts;
    private readonly UInt128[] _lasts;
    private readonly string[] _countries;

    private CountryList(List<(UInt128 First, UInt128 Last, string Country, int Line)> ranges)
    {
        ranges.Sort((one, other) => one.First.CompareTo(other.First));
        for (var at = 1; at < ranges.Count; at++)
        {
            if (ranges[at].First <= ranges[at - 1].Last) throw new NetworkListException($"lines {ranges[at - 1].Line} and {ranges[at].Line} have addresses in common");
        }
        (_firsts, _lasts, _countries) = ([.. ranges.Select(r => r.First)], [.. ranges.Select(r => r.Last)], [.. ranges.Select(r => string.Intern(r.Country))]);
    }

    public int Count => _firsts.Length;

    /// <summary>
    /// Reads a network, or the first and the last address of a range, and a country's two letters a line, with commas between: <c>192.0.2.0/24,DE</c>, <c>2001:db8::,2001:db8:ff::,FR</c>. Quotes around each are taken, what
    /// follows # or ; is a remark, and ZZ and - stand for no country.
    /// </summary>
    /// <exception cref="NetworkListException">A line is something else, with its number; two have addresses in common; or there are too many.</exception>
    public static CountryList Read(TextReader lines)
    {
        var ranges = new List<(UInt128, UInt128, string, int)>();
        var number = 0;
        while (lines.ReadLine() is { } line)
        {
            if (++number > NetworkList.MostLines) throw new NetworkListException($"there are more than {NetworkList.MostLines} lines");
            if (line.Length > LongestLine) throw new NetworkListException($"line {number} has more than {LongestLine} characters");
            var end = line.AsSpan().IndexOfAny('#', ';');
            if (end >= 0) line = line[..end];
            if (string.IsNullOrWhiteSpace(line)) continue;
            string[] parts = [.. line.Split(',').Select(p => p.Trim().Trim('"'))];
            var country = parts[^1];
            if (country is "ZZ" or "-" or "") continue;
            if (country.Length != 2 || !country.All(char.IsAsciiLetterUpper) || RangeOf(parts) is not var (first, last))
                throw new NetworkListException($"line {number} is no network or range with a country such as 192.0.2.0/24,DE or 192.0.2.0,192.0.2.255,DE");
            ranges.Add((first, last, country, number));
        }
        return new CountryList(ranges);
    }

    /// <returns>Two letters (ISO 3166-1); null when the list does not say.</returns>
    public string? Of(IPAddress address)
    {
        var value = NetworkList.Number(address);
        var at = Array.BinarySearch(_firsts, value);
        if (at < 0) at = ~at - 1;
        return at >= 0 && value <= _lasts[at] ? _countries[at] : null;
    }

    private static (UInt128, UInt128)? RangeOf(string[] parts)
    {
        if (parts.Length == 2) return NetworkList.Range(parts[0]);
        if (parts.Length != 3 || parts[0].Contains('/') || parts[1].Contains('/') || NetworkList.Range(parts[0]) is not var (first, _) || NetworkList.Range(parts[1]) is not var (_, last) || last < first) return null;
        return (first, last);
    }
}
