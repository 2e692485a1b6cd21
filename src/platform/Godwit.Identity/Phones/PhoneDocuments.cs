using System.Text.Json;

namespace Godwit.Identity.Phones;

/// <param name="Phone">The number that the account is to have, with + and the country's code.</param>
/// <param name="Password">The account's.</param>
/// <param name="Challenge">What the second factor was asked with, where the account has one: the answer before brought it.</param>
/// <param name="Code">The second factor's answer; or</param>
/// <param name="Credential">that of a passkey: what <c>toJSON</c> gives.</param>
internal sealed record PhoneChangeRequest(string? Phone, string? Password, string? Challenge, string? Code, JsonElement? Credential = null);

/// <summary>A code is on its way to the number.</summary>
/// <param name="Status">Always <c>code_sent</c>.</param>
/// <param name="Challenge">Sent back with the code.</param>
/// <param name="ExpiresIn">Seconds that there are for it.</param>
internal sealed record PhoneChallenge(string Status, string Challenge, int ExpiresIn);
