using Godwit.Security.Passwords.Schemes;

namespace Godwit.Security.Passwords;

public enum PasswordVerdict
{
    /// <summary>It is another password, or the stored hash is none that is known, or asks for more than a stored hash may.</summary>
    Wrong,

    /// <summary>It is the password.</summary>
    Right,

    /// <summary>It is the password, and is to be hashed anew now that it is at hand.</summary>
    RightNeedsRehash,
}

/// <summary>
/// Hashes passwords with Argon2id, and verifies those of other systems: bcrypt, scrypt, PBKDF2 of ASP.NET Core Identity, Argon2id with any parameters within bounds. All computing goes through one gate.
/// </summary>
public sealed class PasswordHasher
{
    /// <summary>Bytes in UTF-8.</summary>
    public const int LongestPassword = 1024;

    private readonly HashingGate _gate;
    private readonly Argon2Parameters _parameters;

    /// <param name="gate">The gate, one for the process.</param>
    /// <param name="parameters">What new hashes cost.</param>
    /// <exception cref="ArgumentException">They cost too little, or more than a hash may.</exception>
    public PasswordHasher(HashingGate gate, Argon2Parameters? parameters = null)
    {
        (_gate, _parameters) = (gate, parameters ?? Argon2Parameters.Default);
        if (!_parameters.IsStrong) throw new ArgumentException($"{_parameters} costs less than {Argon2Parameters.Default}, or more than a hash may, or has more than one lane", nameof(parameters));
    }

    /// <param name="password">In UTF-8. The caller zeroes it.</param>
    /// <param name="cancellation">Ends the waiting, not the computing.</param>
    /// <returns>A PHC string with the parameters in it, about 97 characters.</returns>
    /// <exception cref="HashingBusyException">Its turn did not come in time.</exception>
    /// <exception cref="ArgumentException">It has more than <see cref="LongestPassword"/> bytes, or none.</exception>
    public Task<string> HashAsync(ReadOnlyMemory<byte> password, CancellationToken cancellation)
    {
        if (password.Length is 0 or > LongestPassword) throw new ArgumentException($"a password has 1 to {LongestPassword} bytes", nameof(password));
        return _gate.RunAsync(() => Argon2Password.Make(password.Span, _parameters), cancellation);
    }

    /// <summary>
    /// Whether a password is the one that was stored. A wrong one costs at least what <see cref="PretendAsync"/> costs, whatever is wrong with it, so that no answer comes sooner than that for who
    /// is not there. A hash of another system costs its own computing on top: until it was made anew, the time tells that the account is there and was imported.
    /// </summary>
    /// <exception cref="HashingBusyException">Its turn did not come in time.</exception>
    public Task<PasswordVerdict> VerifyAsync(ReadOnlyMemory<byte> password, string stored, CancellationToken cancellation)
    {
        if (password.Length > LongestPassword || StoredPassword.Read(stored) is not { } hash) return PretendAsync(password, cancellation);
        return _gate.RunAsync(() => Judge(hash, password.Span), cancellation);
    }

    /// <summary>Does the work for nothing: for who is not there, so that the time an answer takes does not tell who is.</summary>
    /// <returns><see cref="PasswordVerdict.Wrong"/>.</returns>
    /// <exception cref="HashingBusyException">Its turn did not come in time.</exception>
    public Task<PasswordVerdict> PretendAsync(ReadOnlyMemory<byte> password, CancellationToken cancellation) => _gate.RunAsync(
        () =>
        {
            Argon2Password.Make(password.Span[..Math.Min(password.Length, LongestPassword)], _parameters);
            return PasswordVerdict.Wrong;
        },
        cancellation);

    /// <summary>Whether a stored hash is one that can be verified: for a look over imported hashes before anybody logs in.</summary>
    public static bool IsUsable(string stored) => StoredPassword.Read(stored) is not null;

    /// <summary>Whether a stored hash is to be made anew at the next login.</summary>
    public bool NeedsRehash(string stored) => StoredPassword.Read(stored) is not { } hash || !hash.IsCurrent(_parameters);

    private PasswordVerdict Judge(StoredPassword hash, ReadOnlySpan<byte> password)
    {
        if (hash.Verify(password)) return hash.IsCurrent(_parameters) || !hash.Covers(password) ? PasswordVerdict.Right : PasswordVerdict.RightNeedsRehash;
        // A cheap hash of another system would answer sooner than the work that is done for nobody.
        if (!hash.IsCurrent(_parameters)) Argon2Password.Make(password, _parameters);
        return PasswordVerdict.Wrong;
    }
}
