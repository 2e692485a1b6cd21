using System.Security.Cryptography;

namespace Godwit.Security.Peppers;

/// <summary>How another system hashed what it stored, so that its hashes can be taken over: they are wrapped, and what is presented is hashed its way first.</summary>
public sealed class OriginalHash : IDisposable
{
    public const int LongestName = 32;

    private readonly byte[] _secret;
    private readonly bool _keyed;

    private OriginalHash(string name, byte[] secret, bool keyed)
    {
        if (!IsName(name)) throw new ArgumentException("a name is a lower-case letter and up to 31 of lower-case letters, digits and hyphens", nameof(name));
        (Name, _secret, _keyed) = (name, secret, keyed);
    }

    /// <summary>What it is called in the chain of a hash.</summary>
    public string Name { get; }

    /// <summary>HMAC-SHA-256 under a secret of any length, which is copied.</summary>
    public static OriginalHash HmacSha256(string name, ReadOnlySpan<byte> secret)
    {
        var copy = GC.AllocateUninitializedArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(copy);
        return new OriginalHash(name, copy, keyed: true);
    }

    /// <summary>SHA-256 without any secret.</summary>
    public static OriginalHash Sha256(string name) => new(name, [], keyed: false);

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    internal void Compute(ReadOnlySpan<byte> presented, Span<byte> hash)
    {
        if (_keyed) HMACSHA256.HashData(_secret, presented, hash);
        else SHA256.HashData(presented, hash);
    }

    public override string ToString() => Name;

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
