namespace Godwit.Identity.SecondFactors;

/// <summary>Base 32 of RFC 4648 section 6 without padding: the form in which a person may type a seed into an authenticator.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[((bytes.Length * 8) + 4) / 5];
        int bits = 0, held = 0, at = 0;
        foreach (var b in bytes)
        {
            held = (held << 8) | b;
            for (bits += 8; bits >= 5; bits -= 5) text[at++] = Alphabet[(held >> (bits - 5)) & 31];
            held &= (1 << bits) - 1;
        }
        if (bits > 0) text[at] = Alphabet[(held << (5 - bits)) & 31];
        return new string(text);
    }

    /// <param name="text">In any case; spaces, hyphens and padding at the end are left out.</param>
    /// <returns>Null when there is another character in it, or bits that no byte has.</returns>
    public static byte[]? Decode(string text)
    {
        var letters = string.Concat(text.TrimEnd('=').Where(c => c is not (' ' or '-'))).ToUpperInvariant();
        if (letters.Length % 8 is 1 or 3 or 6) return null;
        var bytes = new byte[letters.Length * 5 / 8];
        int bits = 0, held = 0, at = 0;
        foreach (var letter in letters)
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0) return null;
            held = (held << 5) | value;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(held >> bits);
            held &= (1 << bits) - 1;
        }
        return held == 0 ? bytes : null;
    }
}
