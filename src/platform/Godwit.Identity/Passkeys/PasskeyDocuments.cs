using System.Text.Json;

namespace Godwit.Identity.Passkeys;

/// <param name="Challenge">Sent back with the authenticator's answer; good once, for five minutes.</param>
/// <param name="Options">What <c>PublicKeyCredential.parseCreationOptionsFromJSON</c> or <c>parseRequestOptionsFromJSON</c> takes.</param>
internal sealed record PasskeyOptions(string Challenge, JsonElement Options);

/// <summary>What an authenticator answered.</summary>
/// <param name="Credential">What <c>toJSON</c> of the credential gives.</param>
/// <param name="Name">What its owner calls a new one: 1 to 255 characters; after the browser's name where it is left out.</param>
internal sealed record PasskeyAnswer(string? Challenge, JsonElement? Credential, string? Name);

/// <param name="Email">Looked at in its form only, as the answer is the same for all.</param>
internal sealed record PasskeyLoginOptionsRequest(string? Email);

/// <param name="Name">1 to 255 characters.</param>
internal sealed record PasskeyChange(string? Name);

/// <summary>A passkey as its owner sees it.</summary>
/// <param name="BackedUp">Whether it is kept in more than one place, as its authenticator last said.</param>
internal sealed record PasskeyDocument(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool BackedUp, IReadOnlyList<string> Transports);
