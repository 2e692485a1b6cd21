using System.Globalization;

namespace Godwit.Security.Passwords.Schemes;

/// <summary>Parts of a PHC string (https://github.com/P-H-C/phc-string-format): base64 without padding, and decimal numbers, each in the one form that a value has.</summary>
internal static class PhcText
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <returns>Null when it is no such text, or of another length.</returns>
    public static byte[]? Decode(string text, int least, int most)
    {
        var length = text.Length / 4 * 3 + (text.Length % 4) switch { 0 => 0, 2 => 1, 3 => 2, _ => -most - 3 };
        if (length < least || length > most) return null;
        var bytes = new byte[length];
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var written) && written == length && Encode(bytes) == text ? bytes : null;
    }

    /// <summary>A parameter <c>name=number</c>, without leading zeros or sign.</summary>
    public static bool TryNumber(string text, string name, out uint number)
    {
        number = 0;
        return text.StartsWith(name, StringComparison.Ordinal) && text.Length > name.Length + 1 && text[name.Length] == '='
            && (text[name.Length + 1] != '0' || text.Length == name.Length + 2)
            && uint.TryParse(text.AsSpan(name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
