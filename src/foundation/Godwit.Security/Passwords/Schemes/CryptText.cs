using System.Buffers;

namespace Godwit.Security.Passwords.Schemes;

/// <summary>The alphabet of crypt(5).</summary>
internal static class CryptText
{
    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    /// <summary>A number of 6 bits a letter, the lowest first; -1 when a letter is none of the alphabet.</summary>
    public static long Number(ReadOnlySpan<char> text)
    {
        long number = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            var digit = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (digit < 0) return -1;
            number = number << 6 | (uint)digit;
        }
        return number;
    }
}
