namespace Godwit.Security.Passwords.Schemes;

/// <summary>A stored hash that was read and found to be within bounds.</summary>
internal abstract record StoredPassword
{
    public const int LongestText = 512;

    /// <summary>Each way looks at the beginning only: no text is two of them.</summary>
    private static readonly Func<string, StoredPassword?>[] s_ways = [Argon2Password.Read, BcryptPassword.Read, ScryptPassword.Read, CryptScryptPassword.Read, IdentityPassword.Read];

    /// <returns>Null when it is none that is known, not written as it is made, or asks for more work or memory than a stored hash may.</returns>
    public static StoredPassword? Read(string text)
    {
        if (text.Length is 0 or > LongestText) return null;
        foreach (var read in s_ways)
        {
            if (read(text) is { } found) return found;
        }
        return null;
    }

    /// <summary>Computes and compares, in a time that does not depend on where the two differ.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> password);

    /// <summary>Whether it is what would be made today.</summary>
    public abstract bool IsCurrent(Argon2Parameters parameters);

    /// <summary>Whether all of the password was looked at. One of which only the beginning was is not hashed anew: the rest, whatever it is, would count from then on.</summary>
    public virtual bool Covers(ReadOnlySpan<byte> password) => true;
}
