using System.Text.Json.Serialization;
using Godwit.Identity.Accounts;
using Godwit.Identity.Browsers;
using Godwit.Identity.Consents;
using Godwit.Identity.Devices;
using Godwit.Identity.EmailChange;
using Godwit.Identity.Events;
using Godwit.Identity.External;
using Godwit.Identity.Login;
using Godwit.Identity.MagicLinks;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Phones;
using Godwit.Identity.Recovery;
using Godwit.Identity.Registration;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;

namespace Godwit.Identity.Requests;

[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(PendingRegistration))]
[JsonSerializable(typeof(VerificationRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(ResetConfirmation))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(IssuedTokens))]
[JsonSerializable(typeof(BrowserSession))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(OpenSession))]
[JsonSerializable(typeof(IReadOnlyList<SessionDocument>))]
[JsonSerializable(typeof(IReadOnlyList<DeviceDocument>))]
[JsonSerializable(typeof(DeviceChange))]
[JsonSerializable(typeof(ChallengeDocument))]
[JsonSerializable(typeof(FactorStatus))]
[JsonSerializable(typeof(FactorChallengeRequest))]
[JsonSerializable(typeof(FactorRequest))]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(Enrolment))]
[JsonSerializable(typeof(BackupCodeSheet))]
[JsonSerializable(typeof(IReadOnlyList<ProviderDocument>))]
[JsonSerializable(typeof(OAuthStart))]
[JsonSerializable(typeof(OAuthFinish))]
[JsonSerializable(typeof(RegistrationNeeded))]
[JsonSerializable(typeof(ExternalRegistration))]
[JsonSerializable(typeof(IReadOnlyList<ExternalLinkDocument>))]
[JsonSerializable(typeof(MagicLinkRequest))]
[JsonSerializable(typeof(MagicLinkAnswer))]
[JsonSerializable(typeof(MagicLinkConfirmation))]
[JsonSerializable(typeof(PasskeyOptions))]
[JsonSerializable(typeof(PasskeyAnswer))]
[JsonSerializable(typeof(PasskeyLoginOptionsRequest))]
[JsonSerializable(typeof(PasskeyChange))]
[JsonSerializable(typeof(PasskeyDocument))]
[JsonSerializable(typeof(IReadOnlyList<PasskeyDocument>))]
[JsonSerializable(typeof(IReadOnlyList<ConsentDocument>))]
[JsonSerializable(typeof(ConsentChoice))]
[JsonSerializable(typeof(IReadOnlyList<EventDocument>))]
[JsonSerializable(typeof(ResendRequest))]
[JsonSerializable(typeof(EmailChangeRequest))]
[JsonSerializable(typeof(EmailConfirmation))]
[JsonSerializable(typeof(EmailUndoRequest))]
[JsonSerializable(typeof(PhoneChangeRequest))]
[JsonSerializable(typeof(PhoneChallenge))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
internal sealed partial class IdentityJson : JsonSerializerContext;

/// <param name="Status">One word with underscores.</param>
/// <param name="Message">For a person.</param>
internal sealed record StatusAnswer(string Status, string Message, Guid? UserId = null);

/// <summary>A session that is open, as its access token says.</summary>
/// <param name="TwoFactors">Whether a second factor was shown.</param>
/// <param name="Roles">When the token was issued; what they allow is asked of the database where it counts.</param>
internal sealed record OpenSession(Guid UserId, Guid SessionId, bool TwoFactors, IReadOnlyList<string> Roles);

/// <param name="Token">Out of a mail.</param>
/// <param name="Password">The one of the registration.</param>
internal sealed record VerificationRequest(string? Token, string? Password);

/// <param name="RefreshToken">In the body, or as Bearer.</param>
internal sealed record RefreshRequest(string? RefreshToken);

/// <param name="CurrentPassword">The one that is to be another.</param>
internal sealed record PasswordChange(string? CurrentPassword, string? NewPassword);

/// <summary>A session as its owner sees it.</summary>
internal sealed record SessionDocument(Guid Id, string? UserAgent, string IpAddress, IReadOnlyList<string> Methods, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current);
