using Godwit.Engine.Transforms.Masking;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>Any text: letters become letters of their script and case, digits digits, the rest stays, so that length, format and what is odd about it are kept.</summary>
internal sealed class TextMask(FormatPermutation permutation) : IMask
{
    public string Apply(string text) => permutation.Apply(text, "text");
}

/// <summary>An email address, which stays one. The mask of the transform <c>mask:email</c>.</summary>
internal sealed class EmailMask(FormatPermutation permutation) : IMask
{
    public string Apply(string text) => EmailMaskTransform.Mask(permutation, text, keepDomain: false);
}

/// <summary>Only digits become others, as in phone numbers with words in them.</summary>
internal sealed class DigitsMask(FormatPermutation permutation) : IMask
{
    public string Apply(string text)
    {
        var places = Enumerable.Range(0, text.Length).Where(i => char.IsAsciiDigit(text[i])).ToArray();
        if (places.Length == 0) return text;
        var numbers = Array.ConvertAll(places, i => text[i] - '0');
        var letters = text.ToCharArray();
        foreach (var i in places) letters[i] = '0';
        permutation.Apply(numbers, [.. places.Select(_ => 10)], $"digits\0{new string(letters).ToLowerInvariant()}");
        foreach (var (n, i) in places.Index()) letters[i] = (char)('0' + numbers[n]);
        return new string(letters);
    }
}

/// <summary>NULL, where nothing of it is needed.</summary>
internal sealed class NullMask : IMask
{
    public string? Apply(string text) => null;
}

/// <summary>Nothing, where NULL may not be allowed.</summary>
internal sealed class EmptyMask : IMask
{
    public string Apply(string text) => "";
}
