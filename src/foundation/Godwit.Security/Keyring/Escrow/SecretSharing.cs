using System.Security.Cryptography;

namespace Godwit.Security.Keyring.Escrow;

/// <summary>
/// Shamir's sharing (A. Shamir, How to share a secret, CACM 22(11), 1979), byte by byte: the secret is the value at 0 of a random polynomial of degree k-1, a share its value elsewhere.
/// k shares determine the polynomial; to k-1 of them every secret is as likely as any other.
/// </summary>
internal static class SecretSharing
{
    public const int MostShares = 255;

    /// <summary>The values at 1 to <paramref name="count"/>.</summary>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int threshold, int count)
    {
        if (threshold < 2 || threshold > count || count > MostShares) throw new ArgumentOutOfRangeException(nameof(threshold), "at least 2 shares restore, of at most 255");
        var shares = new byte[count][];
        for (var share = 0; share < count; share++) shares[share] = GC.AllocateArray<byte>(secret.Length, pinned: true);
        Span<byte> coefficients = stackalloc byte[threshold];
        try
        {
            for (var at = 0; at < secret.Length; at++)
            {
                coefficients[0] = secret[at];
                RandomNumberGenerator.Fill(coefficients[1..]);
                for (var share = 0; share < count; share++) shares[share][at] = Evaluate(coefficients, (byte)(share + 1));
            }
            return shares;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(coefficients);
        }
    }

    /// <summary>The value at 0 of the polynomial through these points (Lagrange).</summary>
    public static void Restore(ReadOnlySpan<(byte At, byte[] Value)> points, Span<byte> secret)
    {
        secret.Clear();
        foreach (var (at, value) in points)
        {
            byte weight = 1;
            foreach (var (other, _) in points)
            {
                if (other != at) weight = GaloisField.Multiply(weight, GaloisField.Multiply(other, GaloisField.Invert((byte)(other ^ at))));
            }
            for (var i = 0; i < secret.Length; i++) secret[i] ^= GaloisField.Multiply(weight, value[i]);
        }
    }

    private static byte Evaluate(ReadOnlySpan<byte> coefficients, byte at)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--) value = (byte)(GaloisField.Multiply(value, at) ^ coefficients[i]);
        return value;
    }
}
