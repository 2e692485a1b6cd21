using System.Globalization;

namespace Godwit.Security.Passwords;

/// <summary>What an Argon2id hash costs (RFC 9106). The default is 19 MiB and 2 passes on one lane, the least that OWASP's Password Storage Cheat Sheet asks for with that much memory.</summary>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Passes">Passes over it.</param>
/// <param name="Lanes">Lanes, each of which is a thread when it is verified.</param>
public sealed record Argon2Parameters(uint MemoryKib, int Passes, int Lanes)
{
    public const uint MostMemoryKib = 256 * 1024;
    public const int MostPasses = 16, MostLanes = 8;

    /// <summary>Memory times passes, in KiB: what bounds the time.</summary>
    public const long MostWork = 1024 * 1024;

    private const uint LeastMemoryKib = 7 * 1024;

    public static Argon2Parameters Default { get; } = new(19 * 1024, 2, 1);

    /// <summary>Whether a stored hash may ask for so much: one that was planted there is not to take the machine down.</summary>
    internal bool IsBounded => MemoryKib >= 8 * (uint)Lanes && MemoryKib <= MostMemoryKib && Passes is >= 1 and <= MostPasses && Lanes is >= 1 and <= MostLanes && MemoryKib * (long)Passes <= MostWork;

    /// <summary>Whether new hashes may be made so.</summary>
    internal bool IsStrong => IsBounded && Lanes == 1 && MemoryKib >= LeastMemoryKib && MemoryKib * (long)Passes >= Default.MemoryKib * (long)Default.Passes;

    /// <summary>
    /// Whether a hash with <paramref name="other"/> costs at least as much as one with these, by memory times passes: it is not made anew then, because that would only make it cheaper to guess.
    /// </summary>
    internal bool IsReachedBy(Argon2Parameters other) => other.MemoryKib >= LeastMemoryKib && other.MemoryKib * (long)other.Passes >= MemoryKib * (long)Passes;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"m={MemoryKib},t={Passes},p={Lanes}");
}
