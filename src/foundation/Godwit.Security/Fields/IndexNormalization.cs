namespace Godwit.Security.Fields;

/// <summary>
/// What counts as the same value in a blind index. It is part of an index: changing it means computing every index anew. A normalization is chosen with the index and applied by it, so that
/// no caller can leave it out.
/// </summary>
public abstract class IndexNormalization
{
    private IndexNormalization()
    {
    }

    /// <summary>Every byte counts.</summary>
    public static IndexNormalization Exact { get; } = new ExactText();

    /// <summary>
    /// Without white space around it, and in lower case letter by letter: as mail providers compare addresses, though RFC 5321 section 2.4 leaves the part before the @ to the host. A letter that
    /// is written as two characters (e and an accent) is another than the same as one: whoever takes such addresses composes them before.
    /// </summary>
    public static IndexNormalization Email { get; } = new LowerText();

    /// <summary>Digits only, and a + before them: telephone numbers, and numbers on documents.</summary>
    public static IndexNormalization Digits { get; } = new DigitText();

    /// <param name="value">The value.</param>
    /// <param name="normalized">As long as the value.</param>
    /// <returns>How many characters were written; never more than the value has.</returns>
    internal abstract int Apply(ReadOnlySpan<char> value, Span<char> normalized);

    private sealed class ExactText : IndexNormalization
    {
        internal override int Apply(ReadOnlySpan<char> value, Span<char> normalized)
        {
            value.CopyTo(normalized);
            return value.Length;
        }
    }

    private sealed class LowerText : IndexNormalization
    {
        internal override int Apply(ReadOnlySpan<char> value, Span<char> normalized)
        {
            // Letter by letter and never by a locale or a library of the machine: an index that two hosts compute differently finds nothing.
            return value.Trim().ToLowerInvariant(normalized);
        }
    }

    private sealed class DigitText : IndexNormalization
    {
        internal override int Apply(ReadOnlySpan<char> value, Span<char> normalized)
        {
            var length = 0;
            foreach (var c in value)
            {
                if (char.IsAsciiDigit(c) || (c == '+' && length == 0)) normalized[length++] = c;
            }
            return length;
        }
    }
}
