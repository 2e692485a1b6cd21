using System.Security.Cryptography;
using Godwit.Security.Passwords.Native;

namespace Godwit.Security.Passwords.Schemes;

/// <summary><c>$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH</c>: what is made here, and what other systems made with other parameters.</summary>
internal sealed record Argon2Password(Argon2Parameters Parameters, byte[] Salt, byte[] Hash) : StoredPassword
{
    private const string Prefix = "$argon2id$v=19$";
    private const int HashLength = 32;

    public static new StoredPassword? Read(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var parts = text[Prefix.Length..].Split('$');
        if (parts.Length != 3) return null;
        var costs = parts[0].Split(',');
        if (costs.Length != 3 || !PhcText.TryNumber(costs[0], "m", out var memory) || !PhcText.TryNumber(costs[1], "t", out var passes) || !PhcText.TryNumber(costs[2], "p", out var lanes)) return null;
        if (passes > Argon2Parameters.MostPasses || lanes > Argon2Parameters.MostLanes) return null;
        var parameters = new Argon2Parameters(memory, (int)passes, (int)lanes);
        return parameters.IsBounded && PhcText.Decode(parts[1], 8, 64) is { } salt && PhcText.Decode(parts[2], 16, 64) is { } hash ? new Argon2Password(parameters, salt, hash) : null;
    }

    /// <summary>A new hash as text.</summary>
    public static string Make(ReadOnlySpan<byte> password, Argon2Parameters parameters)
    {
        Span<byte> salt = stackalloc byte[Sodium.SaltLength], hash = stackalloc byte[HashLength];
        RandomNumberGenerator.Fill(salt);
        Sodium.Hash(hash, password, salt, parameters.Passes, parameters.MemoryKib);
        return $"{Prefix}{parameters}${PhcText.Encode(salt)}${PhcText.Encode(hash)}";
    }

    public override bool Verify(ReadOnlySpan<byte> password)
    {
        Span<byte> computed = stackalloc byte[64];
        computed = computed[..Hash.Length];
        if (Parameters.Lanes == 1 && Salt.Length == Sodium.SaltLength && Parameters.MemoryKib >= Sodium.LeastMemoryKib) Sodium.Hash(computed, password, Salt, Parameters.Passes, Parameters.MemoryKib);
        else Argon2Library.Hash(computed, password, Salt, Parameters.Passes, Parameters.MemoryKib, Parameters.Lanes);
        return CryptographicOperations.FixedTimeEquals(computed, Hash);
    }

    public override bool IsCurrent(Argon2Parameters parameters) => parameters.IsReachedBy(Parameters) && Salt.Length >= Sodium.SaltLength && Hash.Length >= HashLength;
}
