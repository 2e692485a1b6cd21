using System.Buffers.Text;
using System.Security.Cryptography;

namespace Godwit.Security.Secrets;

/// <summary>Makes secrets from the system's random numbers.</summary>
public static class SecretGenerator
{
    public const int DefaultBytes = 32, MostBytes = 1024;

    /// <summary>32 characters, so that each is 5 bits and none is chosen more often: no I, L, O, U (Crockford's base 32).</summary>
    private const string Typable = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private const int Group = 5;

    /// <param name="form">How it is written.</param>
    /// <param name="bytes">How many random bytes are in it; of <see cref="SecretForm.Digits"/>, how many digits it has.</param>
    public static string Create(SecretForm form = SecretForm.Base64Url, int bytes = DefaultBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MostBytes);
        return form switch
        {
            SecretForm.Base64Url => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes)),
            SecretForm.Hex => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes)),
            SecretForm.Typed => Typed((bytes * 8 + 4) / 5),
            SecretForm.Digits => RandomNumberGenerator.GetString("0123456789", bytes),
            _ => throw new ArgumentOutOfRangeException(nameof(form)),
        };
    }

    private static string Typed(int characters) => string.Join('-', RandomNumberGenerator.GetString(Typable, characters).Chunk(Group).Select(g => new string(g)));
}
