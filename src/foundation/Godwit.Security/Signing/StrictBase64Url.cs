using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Godwit.Security.Signing;

/// <summary>
/// Base64url with one text for each value: no padding, no white space, no stray bits at the end (RFC 4648 sections 3.2, 3.3, 3.5). The framework's decoder
/// takes all of those, and a signed document must not be editable without a trace.
/// </summary>
public static class StrictBase64Url
{
    public static bool TryDecode(string? text, int length, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = new byte[length];
        if (text is not null
            && text.Length == Base64Url.GetEncodedLength(length)
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out var written)
            && written == length
            && Base64Url.EncodeToString(bytes) == text)
            return true;
        bytes = null;
        return false;
    }
}
