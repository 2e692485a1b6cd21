using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Godwit.Identity.Passkeys;

/// <summary>
/// WebAuthn's two ceremonies, verified by the framework's handler: type, origin, challenge, relying party, user present and verified, backup flags, algorithm, user handle, signature. Each passkey verifies its user, and so is two
/// factors. The counter of signatures is judged where it is kept (<see cref="PasskeyStore.UseAsync"/>).
/// </summary>
internal sealed class PasskeyCeremonies(RelyingParty site)
{
    /// <summary>COSE's ES256, ES384 and RS256. .NET verifies no EdDSA.</summary>
    private static readonly int[] s_algorithms = [-7, -35, -257];

    /// <summary>The handler asks a request for the domain and the origin only where the options do not say them, as these do.</summary>
    private static readonly DefaultHttpContext s_request = new();

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly IOptions<IdentityPasskeyOptions> _options = Options.Create(new IdentityPasskeyOptions
    {
        ServerDomain = site.Id,
        AuthenticatorTimeout = Life,
        UserVerificationRequirement = "required",
        ResidentKeyRequirement = "required",
        AttestationConveyancePreference = "none",
        IsAllowedAlgorithm = static algorithm => s_algorithms.Contains(algorithm),
        // A page within a page of somebody else is none of ours.
        ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.TopOrigin is null && site.Accepts(context.Origin)),
        VerifyAttestationStatement = static context => ValueTask.FromResult(AttestationStatement.IsGood(context.AttestationObject, context.ClientDataHash.Span)),
    });

    /// <summary>For a new passkey.</summary>
    /// <param name="address">What the authenticator shows it under.</param>
    /// <param name="name">The person's.</param>
    /// <returns>The options; and what has to be kept until the answer comes, in which nothing is of the person but the account's id.</returns>
    public async Task<(JsonElement Options, string State)> BeginRegistrationAsync(PasskeyHolder holder, string address, string name)
    {
        var made = await Handler(holder).MakeCreationOptionsAsync(new PasskeyUserEntity { Id = holder.Uuid.ToString(), Name = "", DisplayName = "" }, s_request);
        var options = JsonNode.Parse(made.CreationOptionsJson)!;
        options["rp"]!["name"] = site.Name;
        (options["user"]!["name"], options["user"]!["displayName"]) = (address, name);
        return (Element(options.ToJsonString()), made.AttestationState!);
    }

    /// <returns>The new passkey; null when anything about it is not as it has to be.</returns>
    public async Task<UserPasskeyInfo?> FinishRegistrationAsync(PasskeyHolder holder, JsonElement credential, string state)
    {
        var result = await Handler(holder).PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = s_request, CredentialJson = credential.GetRawText(), AttestationState = state });
        return result is { Succeeded: true, UserEntity.Id: var id } && id == holder.Uuid.ToString() ? result.Passkey : null;
    }

    /// <param name="holder">Whose passkeys are asked for; null for whoever comes.</param>
    public async Task<(JsonElement Options, string State)> BeginAssertionAsync(PasskeyHolder? holder)
    {
        var made = await Handler(holder).MakeRequestOptionsAsync(holder, s_request);
        return (Element(made.RequestOptionsJson), made.AssertionState!);
    }

    /// <param name="holder">Who it says that it is of.</param>
    /// <returns>The passkey with its counter and flags of now; null when anything about it is not as it has to be.</returns>
    public async Task<UserPasskeyInfo?> FinishAssertionAsync(PasskeyHolder holder, JsonElement credential, string state)
    {
        var result = await Handler(holder).PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = s_request, CredentialJson = credential.GetRawText(), AssertionState = state });
        return result.Succeeded ? result.Passkey : null;
    }

    private PasskeyHandler<PasskeyHolder> Handler(PasskeyHolder? holder) => new(
        new UserManager<PasskeyHolder>(
            new HeldPasskeys(holder), Options.Create(new IdentityOptions()), new PasswordHasher<PasskeyHolder>(), [], [], new UpperInvariantLookupNormalizer(), new IdentityErrorDescriber(), null!, NullLogger<UserManager<PasskeyHolder>>.Instance),
        _options);

    private static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
