namespace Godwit.Security.Secrets;

/// <summary>
/// Estimates from a text alone how many values its maker chose among. No text says how it was made, so the estimate errs to the low side for what people make up, and stays above 180 bits for 32 random bytes
/// in hexadecimal, base 32 or base64.
/// </summary>
public static class SecretEntropy
{
    /// <summary>Words that people put into secrets; one counts as a choice among a few thousand, however long it is.</summary>
    private const double WordBits = 10;

    private const int LongestLook = 512;

    /// <returns>Bits.</returns>
    public static double Estimate(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return 0;
        // Comparing every place with every other takes the square of the length, and a secret that is longer is judged by its beginning.
        text = text[..Math.Min(text.Length, LongestLook)];
        var rest = new List<char>(text.Length);
        double bits = 0;
        var lower = text.ToString().ToLowerInvariant();
        for (var at = 0; at < lower.Length;)
        {
            if (KnownSecrets.WordAt(lower, at) is > 0 and var length)
            {
                bits += WordBits;
                at += length;
            }
            else
            {
                rest.Add(text[at++]);
            }
        }
        return bits + Math.Min(Spread(rest), Novelty(rest));
    }

    /// <summary>Shannon's measure of how evenly the characters are spread, times their number; corrected for short texts (G. A. Miller, 1955).</summary>
    private static double Spread(List<char> text)
    {
        if (text.Count == 0) return 0;
        var groups = text.GroupBy(c => c).Select(g => (double)g.Count() / text.Count).ToList();
        var perCharacter = -groups.Sum(p => p * Math.Log2(p)) + (groups.Count - 1) / (2.0 * text.Count * Math.Log(2));
        return perCharacter * text.Count;
    }

    /// <summary>How many characters do not follow from those before: neither the next in the alphabet's order nor part of a piece of three or more that was there already.</summary>
    private static double Novelty(List<char> text)
    {
        var novel = 0;
        for (var at = 0; at < text.Count;)
        {
            var repeated = LongestRepeat(text, at);
            novel++;
            if (repeated >= 3)
            {
                at += repeated;
                continue;
            }
            at++;
            while (at < text.Count && at >= 1 && Math.Abs(text[at] - text[at - 1]) <= 1 && at + 1 < text.Count && text[at + 1] - text[at] == text[at] - text[at - 1]) at++;
        }
        return novel * Math.Log2(AlphabetOf(text));
    }

    private static int LongestRepeat(List<char> text, int at)
    {
        var longest = 0;
        for (var from = 0; from < at; from++)
        {
            var length = 0;
            while (at + length < text.Count && text[from + length] == text[at + length]) length++;
            longest = Math.Max(longest, length);
        }
        return longest;
    }

    private static int AlphabetOf(List<char> text)
    {
        var size = 0;
        if (text.Exists(char.IsAsciiDigit)) size += 10;
        if (text.Exists(c => c is >= 'a' and <= 'f')) size += 6;
        if (text.Exists(c => c is > 'f' and <= 'z')) size += 20;
        if (text.Exists(c => c is >= 'A' and <= 'F')) size += 6;
        if (text.Exists(c => c is > 'F' and <= 'Z')) size += 20;
        if (text.Exists(c => !char.IsAsciiLetterOrDigit(c))) size += 2;
        return Math.Max(size, 2);
    }
}
