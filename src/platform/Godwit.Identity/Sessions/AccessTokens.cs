using System.Text.Json.Nodes;
using Godwit.Http.Settings;
using Godwit.Identity.Keys;
using Godwit.Identity.Settings;
using Godwit.Security.Tokens;

namespace Godwit.Identity.Sessions;

/// <summary>Access tokens (RFC 9068): who, which session, how it was signed in with. They live for minutes; whether the session has ended is asked besides (<see cref="SessionGate"/>).</summary>
internal sealed class AccessTokens(IdentityKeys keys, SettingValues settings, TimeProvider time)
{
    private readonly TimeSpan _life = settings.Seconds(IdentitySettings.AccessSeconds.Name);

    /// <summary>Seconds that a token of a session is good for: never longer than the session.</summary>
    public long SecondsUntil(DateTimeOffset sessionEnds) => (long)Math.Clamp((sessionEnds - time.GetUtcNow()).TotalSeconds, 1, _life.TotalSeconds);

    public string Issue(Guid user, Guid family, IReadOnlyList<string> methods, DateTimeOffset sessionEnds) => keys.AccessTokens.Issue(
        user.ToString(), TimeSpan.FromSeconds(SecondsUntil(sessionEnds)), new JsonObject { ["sid"] = family.ToString(), ["amr"] = new JsonArray([.. methods.Select(m => (JsonNode)m)]) });

    /// <returns>Null for a token that is not good, whatever is wrong with it.</returns>
    public (Guid User, Guid Family, bool TwoFactors)? Read(string token) =>
        keys.AccessVerifier.Verify(token) is (VerifiedToken verified, _) && Guid.TryParse(verified.Subject, out var user) && Guid.TryParse((string?)verified.Claims["sid"], out var family)
            ? (user, family, verified.Claims["amr"] is JsonArray methods && methods.Any(m => (string?)m is "otp" or "hwk"))
            : null;
}
