using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Godwit.Identity.SecondFactors;

/// <summary>
/// Time-based one-time passwords (RFC 6238): HMAC-SHA-1, 6 digits, steps of 30 seconds, as every authenticator has them. A step is taken once: who calls keeps the one that was matched with the seed, in the
/// transaction that lets the person in, and gives it to the next look.
/// </summary>
internal static class Totp
{
    public const int Digits = 6, SeedLength = 20;

    /// <summary>Steps before and after the present one that are taken too: clocks differ, and people type (RFC 6238 section 5.2).</summary>
    public const int Window = 1;

    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private const int Modulus = 1_000_000;

    /// <summary>As long as SHA-1's output (RFC 4226 section 4, R6).</summary>
    public static byte[] NewSeed() => RandomNumberGenerator.GetBytes(SeedLength);

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / (long)Step.TotalSeconds;

    /// <param name="seed">The shared secret.</param>
    /// <param name="typed">What the person typed; spaces are left out.</param>
    /// <param name="now">The server's time.</param>
    /// <param name="lastStep">The step that was matched last; null before the first.</param>
    /// <returns>The step that it matches, which is greater than the last one; null when the code is wrong, or was used.</returns>
    public static long? Match(ReadOnlySpan<byte> seed, string typed, DateTimeOffset now, long? lastStep)
    {
        if (OneTimeCode.Read(typed) is not { } code) return null;
        var present = StepAt(now);
        long? matched = null;
        Span<byte> expected = stackalloc byte[Digits], given = stackalloc byte[Digits];
        System.Text.Encoding.ASCII.GetBytes(code, given);
        // All of them always, so that the time tells nothing of which.
        for (var step = present - Window; step <= present + Window; step++)
        {
            System.Text.Encoding.ASCII.GetBytes(CodeAt(seed, step), expected);
            if (CryptographicOperations.FixedTimeEquals(expected, given) && (lastStep is null || step > lastStep)) matched = step;
        }
        return matched;
    }

    /// <summary>The code of a step (RFC 4226 section 5.3).</summary>
    public static string CodeAt(ReadOnlySpan<byte> seed, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)], mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        // The algorithm that authenticators have; HMAC does not rest on what is broken of SHA-1 (RFC 6194 section 3.3).
#pragma warning disable CA5350
        HMACSHA1.HashData(seed, counter, mac);
#pragma warning restore CA5350
        var truncated = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xf)..]) & int.MaxValue;
        return (truncated % Modulus).ToString("D6");
    }
}
