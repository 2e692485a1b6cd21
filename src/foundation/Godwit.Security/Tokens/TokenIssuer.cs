using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Security.Keyring;

namespace Godwit.Security.Tokens;

/// <summary>Issues signed tokens of one kind: JWS in compact form (RFC 7515), ES256, with <c>typ</c>, <c>kid</c>, <c>iss</c>, <c>aud</c>, <c>iat</c>, <c>nbf</c>, <c>exp</c> and <c>jti</c> always there.</summary>
public sealed class TokenIssuer(TokenKeys keys, TokenRules rules, TimeProvider time)
{
    private static readonly string[] s_own = ["iss", "aud", "iat", "nbf", "exp", "jti"];

    /// <param name="subject">The claim <c>sub</c>.</param>
    /// <param name="life">How long it is good for.</param>
    /// <param name="claims">Further claims; none of those that the issuer writes.</param>
    /// <exception cref="ArgumentException">The life is none, or longer than the rules take; a claim is the issuer's to write; or the token is longer than they take.</exception>
    /// <exception cref="KeyringException">There is no active key.</exception>
    public string Issue(string subject, TimeSpan life, JsonObject? claims = null)
    {
        if (life < TimeSpan.FromSeconds(1) || life > rules.LongestLife) throw new ArgumentException($"a token lives a second to {rules.LongestLife}", nameof(life));
        if (claims is not null && s_own.Append("sub").FirstOrDefault(claims.ContainsKey) is { } own) throw new ArgumentException($"the claim {own} is the issuer's to write", nameof(claims));
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var payload = new JsonObject
        {
            ["iss"] = rules.Issuer, ["aud"] = rules.Audience, ["sub"] = subject, ["iat"] = now, ["nbf"] = now, ["exp"] = now + (long)life.TotalSeconds,
            ["jti"] = Base64Url.EncodeToString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)),
        };
        foreach (var (name, value) in claims ?? []) payload[name] = value?.DeepClone();
        var body = Part(payload);
        var signature = keys.Sign(kid => Encoding.ASCII.GetBytes($"{Part(new JsonObject { ["alg"] = "ES256", ["typ"] = rules.Type, ["kid"] = kid })}.{body}"), out var signed);
        var token = $"{Encoding.ASCII.GetString(signed)}.{Base64Url.EncodeToString(signature)}";
        return token.Length <= rules.LongestToken ? token : throw new ArgumentException($"with these claims the token is longer than {rules.LongestToken} characters", nameof(claims));
    }

    private static string Part(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) json.WriteTo(writer);
        return Base64Url.EncodeToString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
