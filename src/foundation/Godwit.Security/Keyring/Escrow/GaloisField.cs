namespace Godwit.Security.Keyring.Escrow;

/// <summary>
/// The field of 256 elements with the polynomial of AES, x^8 + x^4 + x^3 + x + 1 (FIPS 197 section 4.2). No table and no branch depends on a value: what is computed with a secret takes the
/// time, and touches the memory, that it takes with any other.
/// </summary>
internal static class GaloisField
{
    public static byte Multiply(byte left, byte right)
    {
        int product = 0, a = left, b = right;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= a & -(b & 1);
            a = (a << 1) ^ (0x11b & -(a >> 7));
            b >>= 1;
        }
        return (byte)product;
    }

    /// <summary>The inverse is the 254th power (Fermat); that of 0 is 0.</summary>
    public static byte Invert(byte value)
    {
        var result = value;
        // 254 is 11111110 in binary: square and multiply for the six ones after the first, then square once more.
        for (var bit = 0; bit < 6; bit++) result = Multiply(Multiply(result, result), value);
        return Multiply(result, result);
    }
}
