using System.Text.Json;

namespace Godwit.Identity.External;

/// <summary>What a provider says of itself (OpenID Connect Discovery 1.0 section 3), as far as it is needed.</summary>
/// <param name="SaysIssuer">Whether it sends <c>iss</c> back (RFC 9207).</param>
internal sealed record ProviderMetadata(Uri Authorization, Uri Token, Uri Keys, Uri? UserInfo, bool SaysIssuer)
{
    /// <exception cref="ProviderException">Something of it is missing, or not as it has to be.</exception>
    public static ProviderMetadata Read(JsonElement document, string issuer, ProviderHttp http)
    {
        // Another issuer's document would let it speak for this one (section 4.3).
        if (Text(document, "issuer") != issuer) throw new ProviderException("the provider's document is of another issuer");
        if (document.TryGetProperty("code_challenge_methods_supported", out var methods) && !Has(methods, "S256")) throw new ProviderException("the provider takes no PKCE with S256");
        if (document.TryGetProperty("response_types_supported", out var types) && !Has(types, "code")) throw new ProviderException("the provider has no authorization code flow");
        return new ProviderMetadata(
            Url("authorization_endpoint"), Url("token_endpoint"), Url("jwks_uri"), document.TryGetProperty("userinfo_endpoint", out _) ? Url("userinfo_endpoint") : null,
            document.TryGetProperty("authorization_response_iss_parameter_supported", out var says) && says.ValueKind == JsonValueKind.True);

        Uri Url(string member) => Uri.TryCreate(Text(document, member), UriKind.Absolute, out var url) && http.Takes(url) ? url : throw new ProviderException($"the provider's {member} is no https URL");
    }

    /// <returns>Null when it is no text.</returns>
    public static string? Text(JsonElement json, string member) => json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Has(JsonElement list, string word) => list.ValueKind == JsonValueKind.Array && list.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.String && v.ValueEquals(word));
}
