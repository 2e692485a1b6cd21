using System.Security.Cryptography;

namespace Godwit.Identity.SecondFactors;

/// <summary>Six digits that are sent by mail or text message: 20 bits, which a counter of attempts has to guard. Every code is as likely as every other.</summary>
internal static class OneTimeCode
{
    public const int Digits = 6;

    public static string New() => RandomNumberGenerator.GetInt32(1_000_000).ToString("D6");

    /// <param name="typed">What a person typed or pasted: white space and hyphens anywhere are left out.</param>
    /// <returns>The six digits; null when it is something else.</returns>
    public static string? Read(string typed)
    {
        if (typed.Length > 64) return null;
        var digits = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c != '-'));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit) ? digits : null;
    }
}
