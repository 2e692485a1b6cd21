namespace Godwit.Security.Passwords.Schemes;

/// <summary>What a stored scrypt hash asks for (RFC 7914): 128 * r * 2^ln bytes of memory, p times.</summary>
internal readonly record struct ScryptCost(int LogN, long R, long P)
{
    private const long MostMemory = 256L * 1024 * 1024, MostWork = 1L << 21;

    // The two sides of RFC 7914 section 2: N below 2^(128 r / 8), p below 2^30 / r.
    public bool IsBounded =>
        LogN is >= 1 and <= 21 && R is >= 1 and <= 64 && P is >= 1 and <= 64 && LogN < 16 * R && 128 * R << LogN is > 0 and <= MostMemory && R * P << LogN <= MostWork;
}
