using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Godwit.Identity.External;

/// <summary>
/// One provider: the authorization code flow with PKCE (RFC 7636). Its document and keys are kept for an hour, and for a day while it does not answer; keys are asked for again when a token names one that is not known, once a minute at
/// most. For any number of requests at once.
/// </summary>
internal sealed class OpenIdProvider(ConfiguredProvider configured, string redirect, ProviderHttp http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(1), s_usable = TimeSpan.FromDays(1), s_again = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Kept? _kept;
    private DateTimeOffset _tried;

    private sealed record Kept(ProviderMetadata Metadata, IReadOnlyList<ProviderKey> Keys, DateTimeOffset At);

    public ConfiguredProvider Configured => configured;

    /// <exception cref="ProviderException">It does not answer as it should.</exception>
    public async Task<string> AuthorizationUrlAsync(string state, FlowSecrets secrets, CancellationToken cancellation)
    {
        var (metadata, _, _) = await KnownAsync(s_fresh, cancellation);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(secrets.Verifier)));
        (string Name, string Value)[] parameters =
        [
            ("response_type", "code"), ("client_id", configured.ClientId), ("redirect_uri", redirect), ("scope", "openid email"), ("state", state), ("nonce", secrets.Nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ];
        var query = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        return $"{metadata.Authorization.AbsoluteUri}{(metadata.Authorization.Query.Length > 0 ? "&" : "?")}{query}";
    }

    /// <summary>Takes a code for an id token, and that for who somebody is.</summary>
    /// <param name="code">From the browser.</param>
    /// <param name="issuer">What the browser says of whom it has it (RFC 9207).</param>
    /// <param name="secrets">Of the flow's start.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The identity; null with a word for what is wrong.</returns>
    /// <exception cref="ProviderException">The provider does not answer as it should.</exception>
    public async Task<(ExternalIdentity? Identity, string? Fault)> ExchangeAsync(string code, string? issuer, FlowSecrets secrets, CancellationToken cancellation)
    {
        var known = await KnownAsync(s_fresh, cancellation);
        // A code of another provider is not sent to this one: that would be how the other gets at it.
        if (issuer is null ? known.Metadata.SaysIssuer : issuer != configured.Issuer) return (null, "issuer");
        var (status, body) = await http.AskAsync(TokenRequest(known.Metadata.Token, code, secrets.Verifier), cancellation);
        if (status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized) return (null, "code");
        if (status != HttpStatusCode.OK || body is not { } answer) throw new ProviderException("the provider's token endpoint did not answer as it should");
        var accessToken = ProviderMetadata.Text(answer, "access_token");
        if (IdToken.Read(ProviderMetadata.Text(answer, "id_token")) is not { } token) return (null, "id_token");
        if (!token.IsSignedBy(known.Keys) && !(token.KeyId is not null && known.Keys.All(k => k.Id != token.KeyId) && token.IsSignedBy((await KnownAsync(s_again, cancellation)).Keys))) return (null, "signature");
        if (token.Fault(configured.Issuer, configured.ClientId, secrets.Nonce, accessToken, time.GetUtcNow()) is { } fault) return (null, fault);
        var subject = ProviderMetadata.Text(token.Claims, "sub")!;
        var (email, verified) = EmailOf(token.Claims);
        if (email is null && accessToken is not null && known.Metadata.UserInfo is { } info) (email, verified) = await AskForEmailAsync(info, accessToken, subject, cancellation);
        return (new ExternalIdentity(configured.Name, configured.Issuer, subject, email, verified), null);
    }

    public void Dispose() => _gate.Dispose();

    private HttpRequestMessage TokenRequest(Uri url, string code, string verifier)
    {
        Dictionary<string, string> form = new(StringComparer.Ordinal) { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirect, ["code_verifier"] = verifier };
        var request = new HttpRequestMessage(HttpMethod.Post, url);
        if (configured.Post) (form["client_id"], form["client_secret"]) = (configured.ClientId, configured.ClientSecret);
        // RFC 6749 section 2.3.1: encoded as a form is, before it is encoded again.
        else request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(configured.ClientId)}:{WebUtility.UrlEncode(configured.ClientSecret)}")));
        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    /// <summary>Where the id token does not say it (OpenID Connect Core 1.0 section 5.3).</summary>
    private async Task<(string? Email, bool Verified)> AskForEmailAsync(Uri url, string accessToken, string subject, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var (status, body) = await http.AskAsync(request, cancellation);
        return status == HttpStatusCode.OK && body is { } claims && ProviderMetadata.Text(claims, "sub") == subject ? EmailOf(claims) : (null, false);
    }

    /// <summary>Some providers write the truth value as a text.</summary>
    private static (string? Email, bool Verified) EmailOf(JsonElement claims) => (
        ProviderMetadata.Text(claims, "email"),
        claims.TryGetProperty("email_verified", out var verified) && (verified.ValueKind == JsonValueKind.True || (verified.ValueKind == JsonValueKind.String && verified.ValueEquals("true"))));

    private async Task<Kept> KnownAsync(TimeSpan oldest, CancellationToken cancellation)
    {
        if (_kept is { } fresh && time.GetUtcNow() - fresh.At < oldest) return fresh;
        await _gate.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            if (_kept is { } kept && (now - kept.At < oldest || (now - _tried < s_again && now - kept.At < s_usable))) return kept;
            _tried = now;
            try
            {
                return _kept = await FetchAsync(now, cancellation);
            }
            catch (ProviderException) when (_kept is { } before && now - before.At < s_usable)
            {
                return before;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Kept> FetchAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var metadata = ProviderMetadata.Read(await GetAsync(new Uri($"{configured.Issuer.TrimEnd('/')}/.well-known/openid-configuration"), cancellation), configured.Issuer, http);
        if (!configured.SendsTo(metadata.Authorization.Host)) throw new ProviderException("the provider's authorization_endpoint is on a host that nobody has named");
        return new Kept(metadata, ProviderKey.ReadAll(await GetAsync(metadata.Keys, cancellation)), now);
    }

    private async Task<JsonElement> GetAsync(Uri url, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var (status, body) = await http.AskAsync(request, cancellation);
        return status == HttpStatusCode.OK && body is { } document ? document : throw new ProviderException("the provider's documents are not there");
    }
}
