namespace Godwit.Engine.Transforms.Masking;

/// <summary>
/// Characters that stand for one another: letters of one script, digits. A letter's case is no part of its number, so that what differs only in case
/// goes to what differs only in case. What is in none of the ranges stays as it is.
/// </summary>
internal static class LetterRanges
{
    private const int NoUpper = -1;

    /// <summary>First lower-case letter, how many follow one another, and where their upper case begins. All are outside the surrogates.</summary>
    private static readonly (char First, int Count, int Upper)[] s_ranges =
    [
        ('a', 26, 'A'),
        ('0', 10, NoUpper),
        ('\u00E0', 23, '\u00C0'), // Latin-1 before the division sign
        ('\u00F8', 7, '\u00D8'),
        ('\u03B1', 17, '\u0391'), // Greek before the final sigma, which has no upper case of its own
        ('\u03C3', 7, '\u03A3'),
        ('\u0430', 32, '\u0410'), // Cyrillic
        ('\u05D0', 27, NoUpper), // Hebrew
        ('\u0627', 20, NoUpper), // Arabic
        ('\u3041', 86, NoUpper), // Hiragana
        ('\u30A1', 90, NoUpper), // Katakana
        ('\u4E00', 20902, NoUpper), // Han
        ('\uAC00', 11172, NoUpper), // Hangul
        ('\u0561', 38, '\u0531'), // Armenian
        ('\u10D0', 33, NoUpper), // Georgian
        ('\u0E01', 46, NoUpper), // Thai
        ('\u0905', 53, NoUpper), // Devanagari
    ];

    /// <returns>False for a character that is kept.</returns>
    public static bool TryFind(char character, out MaskedLetter letter)
    {
        for (var i = 0; i < s_ranges.Length; i++)
        {
            var (first, count, upper) = s_ranges[i];
            if (character >= first && character < first + count)
            {
                letter = new MaskedLetter(i, character - first, count, IsUpper: false);
                return true;
            }
            if (upper != NoUpper && character >= upper && character < upper + count)
            {
                letter = new MaskedLetter(i, character - upper, count, IsUpper: true);
                return true;
            }
        }
        letter = default;
        return false;
    }

    public static char Write(MaskedLetter letter) =>
        (char)((letter.IsUpper ? s_ranges[letter.Range].Upper : s_ranges[letter.Range].First) + letter.Number);
}

/// <param name="Range">Which range.</param>
/// <param name="Number">Its place there.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct MaskedLetter(int Range, int Number, int Count, bool IsUpper);
