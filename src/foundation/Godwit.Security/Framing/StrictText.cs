using System.Text;

namespace Godwit.Security.Framing;

/// <summary>UTF-8 that refuses what is not valid Unicode: a lone surrogate would become the character that stands for what cannot be shown, and two texts one.</summary>
internal static class StrictText
{
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">It is not valid Unicode.</exception>
    public static byte[] Bytes(string text) => Encoding.GetBytes(text);
}
