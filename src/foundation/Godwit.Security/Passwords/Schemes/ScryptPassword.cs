using System.Security.Cryptography;
using Godwit.Security.Passwords.Native;

namespace Godwit.Security.Passwords.Schemes;

/// <summary><c>$scrypt$ln=16,r=8,p=1$SALT$HASH</c>: scrypt in the PHC form.</summary>
internal sealed record ScryptPassword(ScryptCost Cost, byte[] Salt, byte[] Hash) : StoredPassword
{
    private const string Prefix = "$scrypt$";

    public static new StoredPassword? Read(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var parts = text[Prefix.Length..].Split('$');
        if (parts.Length != 3) return null;
        var costs = parts[0].Split(',');
        if (costs.Length != 3 || !PhcText.TryNumber(costs[0], "ln", out var logN) || !PhcText.TryNumber(costs[1], "r", out var r) || !PhcText.TryNumber(costs[2], "p", out var p) || logN > 63) return null;
        var cost = new ScryptCost((int)logN, r, p);
        return cost.IsBounded && PhcText.Decode(parts[1], 8, 64) is { } salt && PhcText.Decode(parts[2], 16, 64) is { } hash ? new ScryptPassword(cost, salt, hash) : null;
    }

    public override bool Verify(ReadOnlySpan<byte> password)
    {
        Span<byte> computed = stackalloc byte[64];
        computed = computed[..Hash.Length];
        Sodium.Scrypt(computed, password, Salt, 1UL << Cost.LogN, (uint)Cost.R, (uint)Cost.P);
        return CryptographicOperations.FixedTimeEquals(computed, Hash);
    }

    public override bool IsCurrent(Argon2Parameters parameters) => false;
}
