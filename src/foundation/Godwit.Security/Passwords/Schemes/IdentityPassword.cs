using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Godwit.Security.Passwords.Schemes;

/// <summary>
/// PBKDF2 as ASP.NET Core Identity stores it, in base64. Version 2 begins with 0: HMAC-SHA-1, 1,000 rounds, 16 bytes of salt, 32 of hash. Version 3 begins with 1: function, rounds and length of the salt in 32
/// bits each, big-endian, then salt and hash.
/// </summary>
internal sealed record IdentityPassword(HashAlgorithmName Function, int Rounds, byte[] Salt, byte[] Hash) : StoredPassword
{
    /// <summary>Rounds of the function in all: PBKDF2 does its rounds once for each block of output (RFC 8018 section 5.2). A second or so of one core.</summary>
    private const long MostWork = 1_000_000;

    private const int Version3Header = 13;

    public static new StoredPassword? Read(string text)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) return null;
        bytes = bytes[..length];
        return bytes switch
        {
            [0, ..] when length == 1 + 16 + 32 => new IdentityPassword(HashAlgorithmName.SHA1, 1000, bytes[1..17], bytes[17..]),
            [1, ..] when length > Version3Header => ReadVersion3(bytes),
            _ => null,
        };
    }

    public override bool Verify(ReadOnlySpan<byte> password)
    {
        Span<byte> computed = stackalloc byte[128];
        computed = computed[..Hash.Length];
        Rfc2898DeriveBytes.Pbkdf2(password, Salt, computed, Rounds, Function);
        return CryptographicOperations.FixedTimeEquals(computed, Hash);
    }

    public override bool IsCurrent(Argon2Parameters parameters) => false;

    private static IdentityPassword? ReadVersion3(byte[] bytes)
    {
        uint function = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)), rounds = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)), salt = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9));
        if (rounds is 0 or > (uint)MostWork || salt is < 8 or > 128) return null;
        var hash = bytes.Length - Version3Header - (int)salt;
        if (hash is < 16 or > 128) return null;
        (HashAlgorithmName Name, int Block)? known = function switch
        {
            0 => (HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
            1 => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            2 => (HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
            _ => null,
        };
        return known is var (name, block) && rounds * (long)((hash + block - 1) / block) <= MostWork
            ? new IdentityPassword(name, (int)rounds, bytes[Version3Header..(Version3Header + (int)salt)], bytes[(Version3Header + (int)salt)..])
            : null;
    }
}
