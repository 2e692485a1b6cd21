namespace Godwit.Security.Masking;

/// <summary>A country, two check digits and 11 to 30 letters or digits, in one or in groups, that give 1 modulo 97 (ISO 7064).</summary>
internal static class BankAccounts
{
    private const int Shortest = 15;

    private const int Longest = 34;

    public static void Find(ReadOnlySpan<char> text, List<(int Start, int End)> found)
    {
        for (var i = 0; i + Shortest <= text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i]) || !char.IsAsciiLetter(text[i + 1]) || !char.IsAsciiDigit(text[i + 2]) || !char.IsAsciiDigit(text[i + 3]) || (i > 0 && char.IsAsciiLetterOrDigit(text[i - 1])))
                continue;
            if (End(text[i..]) is > 0 and var length)
            {
                found.Add((i, i + length));
                i += length - 1;
            }
        }
    }

    /// <summary>Where the longest account that begins here ends; 0 when none does.</summary>
    private static int End(ReadOnlySpan<char> text)
    {
        // Country and check digits go to the end: so many hundred thousands behind what is read first.
        var head = (((((Value(text[0]) * 100) + Value(text[1])) * 10) + (text[2] - '0')) * 10) + (text[3] - '0');
        var (rest, characters, end) = (0, 4, 0);
        for (var i = 4; i < text.Length && characters < Longest; i++)
        {
            if (text[i] is ' ' or '-' or '\u00A0' && i + 1 < text.Length && char.IsAsciiLetterOrDigit(text[i + 1]))
                continue;
            if (!char.IsAsciiLetterOrDigit(text[i]))
                break;
            var value = Value(text[i]);
            rest = ((rest * (value > 9 ? 100 : 10)) + value) % 97;
            characters++;
            var ends = i + 1 == text.Length || !char.IsAsciiLetterOrDigit(text[i + 1]);
            if (ends && characters >= Shortest && ((rest * 1_000_000L) + head) % 97 == 1)
                end = i + 1;
        }
        return end;
    }

    private static int Value(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
