using System.Text.Json;

namespace Godwit.Identity.SecondFactors;

/// <param name="Method">null while there is none.</param>
internal sealed record FactorStatus(bool Enabled, string? Method, int BackupCodesLeft);

/// <param name="Method"><c>email</c>, <c>sms</c>, <c>totp</c> or <c>webauthn</c>.</param>
internal sealed record FactorRequest(string? Method);

/// <param name="Purpose">What for: <c>disable</c>, <c>backup_codes</c> or <c>erasure</c>.</param>
internal sealed record FactorChallengeRequest(string? Purpose);

/// <param name="Challenge">What was asked.</param>
/// <param name="Code">The answer; or</param>
/// <param name="Credential">that of a passkey, where the challenge asked for one: what <c>toJSON</c> gives.</param>
internal sealed record CodeRequest(string? Challenge, string? Code, JsonElement? Credential = null);

/// <summary>What a person needs to set up a second factor. Seed, URI and image are shown once, here.</summary>
internal sealed record Enrolment(string Challenge, string Method, int ExpiresIn, string? Secret, string? Uri, string? Qr, JsonElement? Passkey = null);

/// <param name="BackupCodes">Shown once.</param>
internal sealed record BackupCodeSheet(IReadOnlyList<string> BackupCodes);
