using System.Text;

namespace Godwit.Security.Fields;

/// <summary>
/// What counts as the same value in a blind index. It is part of an index, and its name of what is computed: changing it means computing every index anew. A normalization is chosen with the index and
/// applied by it, so that no caller can leave it out. What a normalization does not know is refused, never left out: two values that differ in it would be one.
/// </summary>
public abstract class IndexNormalization
{
    private IndexNormalization(string name) => Name = name;

    /// <summary>Every byte counts.</summary>
    public static IndexNormalization Exact { get; } = new ExactText();

    /// <summary>
    /// Without white space around it, and in lower case letter by letter: as mail providers compare addresses, though RFC 5321 section 2.4 leaves the part before the @ to the host. Letters whose
    /// lower case is that of another letter too (the Kelvin sign, of k) stay as they are. A letter that is written as two characters (e and an accent) is another than the same as one: whoever takes
    /// such addresses composes them before.
    /// </summary>
    public static IndexNormalization Email { get; } = new LowerText();

    /// <summary>
    /// ASCII digits, and a + before them: telephone numbers, and numbers on documents. White space and - . / ( ) between them do not count; anything else is refused, as is a value without a digit.
    /// </summary>
    public static IndexNormalization Digits { get; } = new PlainText("digits", letters: false);

    /// <summary>
    /// ASCII digits and letters, in upper case: numbers of passports, tax numbers, number plates. White space and - . / ( ) between them do not count; anything else is refused, as is a value with
    /// neither.
    /// </summary>
    public static IndexNormalization Alphanumeric { get; } = new PlainText("alphanumeric", letters: true);

    /// <summary>Names it in every index.</summary>
    public string Name { get; }

    /// <summary>The value as an index takes it. What is normalised once stays as it is when it is normalised again.</summary>
    /// <exception cref="ArgumentException">It is no such value. The message does not repeat it.</exception>
    public string Normalize(ReadOnlySpan<char> value)
    {
        var normalized = new char[value.Length];
        return new string(normalized, 0, Apply(value, normalized));
    }

    /// <param name="value">The value.</param>
    /// <param name="normalized">As long as the value.</param>
    /// <returns>How many characters were written; never more than the value has.</returns>
    /// <exception cref="ArgumentException">It is no such value. The message does not repeat it.</exception>
    internal abstract int Apply(ReadOnlySpan<char> value, Span<char> normalized);

    private sealed class ExactText() : IndexNormalization("exact")
    {
        internal override int Apply(ReadOnlySpan<char> value, Span<char> normalized)
        {
            value.CopyTo(normalized);
            return value.Length;
        }
    }

    private sealed class LowerText() : IndexNormalization("email")
    {
        internal override int Apply(ReadOnlySpan<char> value, Span<char> normalized)
        {
            value = value.Trim();
            if (value.IsEmpty) throw new ArgumentException("an address has more than white space", nameof(value));
            // Letter by letter and never by a locale or a library of the machine: an index that two hosts compute differently finds nothing.
            for (var at = 0; at < value.Length;)
            {
                if (char.IsAscii(value[at]))
                {
                    normalized[at] = char.ToLowerInvariant(value[at]);
                    at++;
                    continue;
                }
                if (Rune.DecodeFromUtf16(value[at..], out var letter, out var length) != System.Buffers.OperationStatus.Done) throw new ArgumentException("it is not valid Unicode", nameof(value));
                var lower = Rune.ToLowerInvariant(letter);
                // Only what comes back: the Kelvin sign becomes k, whose upper case is K, and k@example.org and that would be one.
                if (lower.Utf16SequenceLength != length || Rune.ToUpperInvariant(lower) != letter) lower = letter;
                lower.EncodeToUtf16(normalized[at..]);
                at += length;
            }
            return value.Length;
        }
    }

    private sealed class PlainText(string name, bool letters) : IndexNormalization(name)
    {
        internal override int Apply(ReadOnlySpan<char> value, Span<char> normalized)
        {
            var length = 0;
            foreach (var c in value)
            {
                if (char.IsAsciiDigit(c) || (letters && char.IsAsciiLetter(c)) || (!letters && c == '+' && length == 0)) normalized[length++] = letters ? char.ToUpperInvariant(c) : c;
                else if (!char.IsWhiteSpace(c) && c is not ('-' or '.' or '/' or '(' or ')'))
                    throw new ArgumentException($"there is a character in it that is not one of {Name}, nor stands between them", nameof(value));
            }
            return length > 0 && normalized[length - 1] != '+' ? length : throw new ArgumentException($"there are no {Name} in it", nameof(value));
        }
    }
}
