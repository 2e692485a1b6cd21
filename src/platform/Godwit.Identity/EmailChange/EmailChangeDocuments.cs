using System.Text.Json;

namespace Godwit.Identity.EmailChange;

/// <param name="NewEmail">The address that the account is to have.</param>
/// <param name="Password">The account's.</param>
/// <param name="Challenge">What the second factor was asked with, where the account has one: the answer before brought it.</param>
/// <param name="Code">The second factor's answer; or</param>
/// <param name="Credential">that of a passkey: what <c>toJSON</c> gives.</param>
internal sealed record EmailChangeRequest(string? NewEmail, string? Password, string? Challenge, string? Code, JsonElement? Credential = null);

/// <param name="Token">Out of the mail to the new address.</param>
/// <param name="Password">The account's; not needed by who has a session of it.</param>
internal sealed record EmailConfirmation(string? Token, string? Password);

/// <param name="Token">Out of the mail to the address of before.</param>
internal sealed record EmailUndoRequest(string? Token);
