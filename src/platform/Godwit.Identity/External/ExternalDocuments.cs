using System.Text.Json.Serialization;
using Godwit.Identity.Registration;

namespace Godwit.Identity.External;

/// <summary>A provider that accounts are signed in to with.</summary>
/// <param name="Name">In paths.</param>
/// <param name="Title">For people.</param>
internal sealed record ProviderDocument(string Name, string Title);

/// <param name="Url">Where the browser goes.</param>
/// <param name="State">Comes back with it.</param>
/// <param name="Binding">Kept by the page (<c>sessionStorage</c>), and sent with what comes back: without it nothing is finished.</param>
/// <param name="ExpiresIn">Seconds that there are for it.</param>
internal sealed record OAuthStart(string Url, string State, string Binding, int ExpiresIn);

/// <summary>What came back from the provider, and the binding of the start.</summary>
/// <param name="Iss">RFC 9207.</param>
internal sealed record OAuthFinish(string? Code, string? State, string? Iss, string? Binding);

/// <summary>Nobody has an account by this identity yet: what is needed to make one.</summary>
/// <param name="Status">Always <c>registration_needed</c>.</param>
/// <param name="Registration">Sent to <c>/v1/auth/oauth/register</c> with the binding and the consents.</param>
/// <param name="Email">The address that the account will have.</param>
/// <param name="Needed">Consents that there is no account without.</param>
/// <param name="ExpiresIn">Seconds that there are for it.</param>
internal sealed record RegistrationNeeded(string Status, string Registration, string Email, IReadOnlyList<string> Needed, int ExpiresIn);

/// <param name="Registration">Out of the answer before.</param>
/// <param name="Binding">Of the start.</param>
internal sealed record ExternalRegistration(string? Registration, string? Binding, string? FirstName, string? LastName, ConsentChoices? Consents);

/// <summary>An identity that opens one's account.</summary>
internal sealed record ExternalLinkDocument(Guid Id, string Provider, string Issuer, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>Who somebody is at a provider: issuer and subject together, and nothing else.</summary>
/// <param name="Email">As the provider says.</param>
/// <param name="EmailVerified">As the provider says.</param>
internal sealed record ExternalIdentity(string Provider, string Issuer, string Subject, string? Email, bool EmailVerified);

/// <summary>What a row of a flow keeps, encrypted.</summary>
internal sealed record FlowSecrets(string Nonce, string Verifier);

/// <summary>The file of providers.</summary>
internal sealed record ProviderFile(IReadOnlyList<ProviderEntry>? Providers);

/// <param name="Name">Small letters, digits, hyphens: in paths.</param>
/// <param name="Title">For people; the name where it is left out.</param>
/// <param name="Issuer">https, as the provider writes it.</param>
/// <param name="ClientSecretFile">A file whose first line is the secret.</param>
/// <param name="ClientAuthentication"><c>basic</c> (default) or <c>post</c>.</param>
/// <param name="VerifiesEmail">Whether its word that an address is verified is taken: only then it makes accounts.</param>
/// <param name="AuthorizationHosts">Hosts besides the issuer's that browsers are sent to; none where it is left out.</param>
internal sealed record ProviderEntry(string? Name, string? Title, string? Issuer, string? ClientId, string? ClientSecretFile, string? ClientAuthentication, bool VerifiesEmail, IReadOnlyList<string>? AuthorizationHosts = null);

[JsonSerializable(typeof(ProviderFile))]
[JsonSerializable(typeof(FlowSecrets))]
[JsonSerializable(typeof(ExternalIdentity))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
internal sealed partial class ExternalJson : JsonSerializerContext;
