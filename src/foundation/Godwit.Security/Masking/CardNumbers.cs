namespace Godwit.Security.Masking;

/// <summary>13 to 19 digits that begin as cards do and whose last one fits the others (Luhn), in one or in groups between which there is one space, hyphen or dot.</summary>
internal static class CardNumbers
{
    public const int Shortest = 13;

    private const int Longest = 19;

    /// <summary>Groups of one number that are looked at together.</summary>
    private const int MostGroups = 8;

    public static void Find(ReadOnlySpan<char> text, List<(int Start, int End)> found)
    {
        Span<(int Start, int End)> groups = stackalloc (int, int)[MostGroups];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
                i++;
            // Groups belong together when exactly one separator is between them.
            if (count > 0 && !(groups[count - 1].End == start - 1 && text[start - 1] is ' ' or '-' or '.' or '\u00A0'))
                count = 0;
            if (count == MostGroups)
            {
                groups[1..].CopyTo(groups);
                count--;
            }
            groups[count++] = (start, i);
            // Every number that ends with this group.
            for (var first = count - 1; first >= 0; first--)
            {
                if (IsCard(text[groups[first].Start..i]))
                    found.Add((groups[first].Start, i));
            }
        }
    }

    private static bool IsCard(ReadOnlySpan<char> text)
    {
        if (text[0] is < '2' or > '6' || text.Length > Longest + MostGroups)
            return false;
        var (sum, digits) = (0, 0);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(text[i]))
                continue;
            var digit = text[i] - '0';
            if (digits++ % 2 == 1)
                digit = digit > 4 ? (2 * digit) - 9 : 2 * digit;
            sum += digit;
        }
        return digits is >= Shortest and <= Longest && sum % 10 == 0;
    }
}
