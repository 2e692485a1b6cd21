using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Identity.Register;

/// <summary>A line of the register: number, what happened, when, to whom by a keyed hash, and a MAC over it and the line before. No value of a person stands in it.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Kind"><see cref="Erased"/>, <see cref="Ended"/>, or that an account lost something, or got it back.</param>
/// <param name="Subject">64 hexadecimal digits.</param>
internal sealed record RegisterLine(long Number, string Kind, DateTimeOffset At, string Subject)
{
    public const string Erased = "erased", Ended = "ended", Revoked = "revoked", Allowed = "allowed";

    /// <summary>What stands before the first line's MAC.</summary>
    public static byte[] First { get; } = new byte[HMACSHA256.HashSizeInBytes];

    public static string SubjectOf(byte[] key, string kind, string of) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"godwit register subject\0{kind}\0{of}")));

    public byte[] MacAfter(byte[] key, byte[] previous) => HMACSHA256.HashData(key, (byte[])[.. "godwit register line\0"u8, .. previous, .. Encoding.ASCII.GetBytes(Words())]);

    public string ToText(byte[] mac) => $"{Words()} {Convert.ToHexStringLower(mac)}\n";

    /// <returns>Null for what is no line that follows on the one before.</returns>
    public static (RegisterLine Line, byte[] Mac)? Read(string text, byte[] key, long number, byte[] previous)
    {
        var words = text.Split(' ');
        if (words is not [var n, (Erased or Ended or Revoked or Allowed) and var kind, var at, { Length: 64 } subject, { Length: 64 } mac]) return null;
        if (!long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var found) || found != number || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return null;
        var line = new RegisterLine(found, kind, DateTimeOffset.FromUnixTimeSeconds(seconds), subject);
        var right = line.MacAfter(key, previous);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(right)), Encoding.ASCII.GetBytes(mac)) ? (line, right) : null;
    }

    private string Words() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Kind} {At.ToUnixTimeSeconds()} {Subject}");
}
