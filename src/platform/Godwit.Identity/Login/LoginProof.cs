using Godwit.Identity.Accounts;
using Npgsql;

namespace Godwit.Identity.Login;

/// <summary>What somebody has shown who signs in, whichever way.</summary>
/// <param name="Account">Whose account.</param>
/// <param name="Method">How (RFC 8176): pwd; hwk for a passkey, which is two factors; mail for a mailed link; fed for the account at a provider.</param>
/// <param name="Device">The device, if it is one that the account has a token for.</param>
internal sealed record LoginProof(Account Account, string Method, Guid? Device)
{
    public const string Password = "pwd", Passkey = "hwk", Mail = "mail", Provider = "fed";

    /// <summary>So much is tried everywhere that this alone is not enough.</summary>
    public bool UnderAttack { get; init; }

    /// <summary>Done in the transaction of the session or the question, before either: gives the account as it is then, or throws where what was shown is good no more.</summary>
    public Func<NpgsqlConnection, Task<Account>>? Begin { get; init; }

    /// <summary>Done in the transaction of the session.</summary>
    public Func<NpgsqlConnection, Task>? Succeeded { get; init; }
}
