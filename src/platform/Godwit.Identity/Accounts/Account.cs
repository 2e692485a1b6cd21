namespace Godwit.Identity.Accounts;

/// <summary>Of an account, what signing in looks at.</summary>
/// <param name="Id">The row's number, which leaves the service never.</param>
/// <param name="Uuid">What clients and tokens know the account by.</param>
/// <param name="PasswordByMail">The password shows no more than the mailbox does.</param>
internal sealed record Account(long Id, Guid Uuid, string? PasswordHash, bool PasswordResetRequired, bool Locked, byte[]? EncryptedEmail, bool PasswordByMail);
