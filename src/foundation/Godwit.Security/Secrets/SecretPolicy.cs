namespace Godwit.Security.Secrets;

/// <summary>How strong a secret has to be.</summary>
/// <param name="Characters">The least that it has.</param>
/// <param name="Bits">The least that <see cref="SecretEntropy"/> makes of it.</param>
/// <param name="MayBeMissing">Whether nothing is wrong where it is not set.</param>
public sealed record SecretPolicy(int Characters = 32, double Bits = 112, bool MayBeMissing = false)
{
    /// <summary>For keys and peppers: what HMAC-SHA-256 and tokens derive from.</summary>
    public static SecretPolicy Key { get; } = new();

    /// <summary>For passwords of databases and services, which are asked over a network.</summary>
    public static SecretPolicy Password { get; } = new(Characters: 16, Bits: 64);
}
