using System.Text.Json.Nodes;
using Godwit.Http.Settings;
using Godwit.Identity.Keys;
using Godwit.Identity.Register;
using Godwit.Identity.Settings;
using Godwit.Security.Tokens;

namespace Godwit.Identity.Sessions;

/// <summary>Access tokens (RFC 9068): who, which session, how it was signed in with. They live for minutes; whether the session has ended is asked besides (<see cref="SessionGate"/>).</summary>
internal sealed class AccessTokens(IdentityKeys keys, SettingValues settings, SecurityEpoch epoch, TimeProvider time)
{
    private readonly TimeSpan _life = settings.Seconds(IdentitySettings.AccessSeconds.Name);

    private VerifiedTokenCache<AccessClaims>? _verified;

    /// <summary>The verifier is there once the keys are opened.</summary>
    private VerifiedTokenCache<AccessClaims> Verified => LazyInitializer.EnsureInitialized(ref _verified, () => new(keys.AccessVerifier, Claims));

    /// <summary>Seconds that a token of a session is good for: never longer than the session.</summary>
    public long SecondsUntil(DateTimeOffset sessionEnds) => (long)Math.Clamp((sessionEnds - time.GetUtcNow()).TotalSeconds, 1, _life.TotalSeconds);

    public string Issue(Guid user, Guid family, IReadOnlyList<string> methods, IReadOnlyList<string> roles, DateTimeOffset sessionEnds) => keys.AccessTokens.Issue(
        user.ToString(), TimeSpan.FromSeconds(SecondsUntil(sessionEnds)), new JsonObject { ["sid"] = family.ToString(), ["amr"] = Words(methods), ["roles"] = Words(roles) });

    /// <returns>Null for a token that is not good, whatever is wrong with it.</returns>
    public AccessClaims? Read(string token) => Verified.Verify(token) is var (claims, begins) && begins >= epoch.Since ? claims : null;

    private static AccessClaims? Claims(VerifiedToken token) =>
        Guid.TryParse(token.Subject, out var user) && Guid.TryParse((string?)token.Claims["sid"], out var family)
            ? new AccessClaims(user, family, token.Claims["amr"] is JsonArray methods && HaveTwo([.. methods.Select(m => (string?)m)]), token.Claims["roles"] is JsonArray roles ? [.. roles.Select(r => (string)r!)] : [])
            : null;

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)w)]);

    /// <summary>A code or a passkey, which verifies its user; or the mailbox by a link, and the password.</summary>
    private static bool HaveTwo(IReadOnlyList<string?> methods) => methods.Any(m => m is "otp" or "hwk") || (methods.Contains("mail") && methods.Contains("pwd"));
}

/// <summary>What an access token says.</summary>
/// <param name="TwoFactors">Whether a second factor was shown.</param>
/// <param name="Roles">As they were when it was issued.</param>
internal sealed record AccessClaims(Guid User, Guid Family, bool TwoFactors, IReadOnlyList<string> Roles);
