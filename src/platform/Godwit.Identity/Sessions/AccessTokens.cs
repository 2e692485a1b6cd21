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

    /// <summary>Seconds that a token of a session is good for: never longer than the session.</summary>
    public long SecondsUntil(DateTimeOffset sessionEnds) => (long)Math.Clamp((sessionEnds - time.GetUtcNow()).TotalSeconds, 1, _life.TotalSeconds);

    public string Issue(Guid user, Guid family, IReadOnlyList<string> methods, IReadOnlyList<string> roles, DateTimeOffset sessionEnds) => keys.AccessTokens.Issue(
        user.ToString(), TimeSpan.FromSeconds(SecondsUntil(sessionEnds)), new JsonObject { ["sid"] = family.ToString(), ["amr"] = Words(methods), ["roles"] = Words(roles) });

    /// <returns>Null for a token that is not good, whatever is wrong with it.</returns>
    public (Guid User, Guid Family, bool TwoFactors, IReadOnlyList<string> Roles)? Read(string token) =>
        keys.AccessVerifier.Verify(token) is (VerifiedToken verified, _) && verified.NotBefore >= epoch.Since && Guid.TryParse(verified.Subject, out var user) && Guid.TryParse((string?)verified.Claims["sid"], out var family)
            ? (user, family, verified.Claims["amr"] is JsonArray methods && HaveTwo([.. methods.Select(m => (string?)m)]), verified.Claims["roles"] is JsonArray roles ? [.. roles.Select(r => (string)r!)] : [])
            : null;

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)w)]);

    /// <summary>A code or a passkey, which verifies its user; or the mailbox by a link, and the password.</summary>
    private static bool HaveTwo(IReadOnlyList<string?> methods) => methods.Any(m => m is "otp" or "hwk") || (methods.Contains("mail") && methods.Contains("pwd"));
}
