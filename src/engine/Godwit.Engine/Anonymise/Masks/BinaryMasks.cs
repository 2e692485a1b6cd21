using System.Net;
using Godwit.Engine.Transforms.Masking;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>As many other bytes; PostgreSQL's hexadecimal form.</summary>
internal sealed class BytesMask(FormatPermutation permutation) : IMask
{
    private const string Mark = "\\x";

    public string Apply(string text)
    {
        if (!text.StartsWith(Mark, StringComparison.Ordinal) || text.Length == Mark.Length) return text;
        var bytes = Convert.FromHexString(text.AsSpan(Mark.Length));
        return Mark + Convert.ToHexStringLower(Permute(permutation, bytes, $"bytes\0{bytes.Length}"));
    }

    internal static byte[] Permute(FormatPermutation permutation, byte[] bytes, string context)
    {
        var numbers = Array.ConvertAll(bytes, b => (int)b);
        var counts = new int[numbers.Length];
        Array.Fill(counts, 256);
        permutation.Apply(numbers, counts, context);
        return Array.ConvertAll(numbers, n => (byte)n);
    }
}

/// <summary>Another UUID of the same version and variant.</summary>
internal sealed class UuidMask(FormatPermutation permutation) : IMask
{
    private const int Version = 12, Variant = 16;

    public string Apply(string text)
    {
        if (!Guid.TryParse(text, out var id)) return text;
        var digits = id.ToString("N");
        var places = Enumerable.Range(0, digits.Length).Where(i => i is not (Version or Variant)).ToArray();
        var numbers = Array.ConvertAll(places, i => Convert.ToInt32(digits[i].ToString(), 16));
        permutation.Apply(numbers, [.. places.Select(_ => 16)], $"uuid\0{digits[Version]}{digits[Variant]}");
        var result = digits.ToCharArray();
        foreach (var (n, i) in places.Index()) result[i] = "0123456789abcdef"[numbers[n]];
        return Guid.ParseExact(new string(result), "N").ToString();
    }
}

/// <summary>Another address of the same family, with its network's length.</summary>
internal sealed class AddressMask(FormatPermutation permutation) : IMask
{
    public string Apply(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (address, length) = slash < 0 ? (text, "") : (text[..slash], text[slash..]);
        if (!IPAddress.TryParse(address, out var parsed)) return text;
        var bytes = parsed.GetAddressBytes();
        return new IPAddress(BytesMask.Permute(permutation, bytes, $"ip\0{bytes.Length}\0{length}")) + length;
    }
}
