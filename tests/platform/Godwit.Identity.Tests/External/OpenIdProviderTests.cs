using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Identity.External;

namespace Godwit.Identity.Tests.External;

public sealed class OpenIdProviderTests
{
    [Fact]
    public async Task Other_keys_are_asked_for_when_a_token_names_one_that_is_not_known_and_once_a_minute()
    {
        await using var provider = await OidcProvider.StartAsync();
        using var http = new ProviderHttp(production: false, ["127.0.0.1"]);
        var time = new SteppedTime();
        using var client = new OpenIdProvider(new ConfiguredProvider("acme", "Acme", provider.Issuer, "godwit", OidcProvider.Secret, post: false, verifiesEmail: true), OidcProvider.Redirect, http, time);
        Assert.Equal("ada", (await SignInAsync()).Identity?.Subject);
        await provider.RotateAsync();
        Assert.Equal("signature", (await SignInAsync()).Fault);
        time.Ahead = TimeSpan.FromSeconds(61);
        Assert.Equal(("ada", "ada@example.org", true), (await SignInAsync()).Identity is { } identity ? (identity.Subject, identity.Email, identity.EmailVerified) : default);

        async Task<(ExternalIdentity? Identity, string? Fault)> SignInAsync()
        {
            var secrets = ExternalFlows.NewSecrets();
            var back = await OidcProvider.SignInAsync(await client.AuthorizationUrlAsync("state", secrets, TestContext.Current.CancellationToken), "ada");
            return await client.ExchangeAsync(back.Code!, back.Iss, secrets, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    [Trait("ASVS", "3.7.2")]
    public async Task Browsers_are_sent_to_the_issuers_host_and_to_those_that_an_operator_has_named_and_nowhere_else()
    {
        await using var provider = await OidcProvider.StartAsync();
        await provider.SpoilAsync("authorization host");
        using var http = new ProviderHttp(production: false, ["127.0.0.1"]);
        using var careful = new OpenIdProvider(Configured(null), OidcProvider.Redirect, http, TimeProvider.System);
        await Assert.ThrowsAsync<ProviderException>(() => careful.AuthorizationUrlAsync("state", ExternalFlows.NewSecrets(), TestContext.Current.CancellationToken));
        using var told = new OpenIdProvider(Configured(["LOCALHOST"]), OidcProvider.Redirect, http, TimeProvider.System);
        Assert.StartsWith("http://localhost:", await told.AuthorizationUrlAsync("state", ExternalFlows.NewSecrets(), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        ConfiguredProvider Configured(string[]? hosts) => new("acme", "Acme", provider.Issuer, "godwit", OidcProvider.Secret, post: false, verifiesEmail: true, hosts);
    }

    [Fact]
    [Trait("ASVS", "1.2.2")]
    public async Task What_stands_in_a_url_that_is_built_stays_one_value()
    {
        await using var provider = await OidcProvider.StartAsync();
        using var http = new ProviderHttp(production: false, ["127.0.0.1"]);
        const string Client = "a&redirect_uri=https://evil.example#x", State = "s t&nonce=1#\u00e9+%2F?";
        using var asked = new OpenIdProvider(new ConfiguredProvider("acme", "Acme", provider.Issuer, Client, OidcProvider.Secret, post: false, verifiesEmail: true, null), OidcProvider.Redirect, http, TimeProvider.System);
        var secrets = ExternalFlows.NewSecrets();
        var url = new Uri(await asked.AuthorizationUrlAsync(State, secrets, TestContext.Current.CancellationToken));
        Assert.Equal(("http", ""), (url.Scheme, url.Fragment));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query);
        Assert.Equal([Client, State, secrets.Nonce, OidcProvider.Redirect], ((string[])["client_id", "state", "nonce", "redirect_uri"]).Select(name => Assert.Single(query[name])));
    }

    [Theory]
    [InlineData("https://id.example.org/keys", true, true)]
    [InlineData("http://id.example.org/keys", false, false)]
    [InlineData("http://127.0.0.1:9/keys", true, false)]
    [InlineData("file:///etc/passwd", false, false)]
    [InlineData("https://user@id.example.org/", false, false)]
    public void Only_https_is_asked_and_a_developers_own_machine(string url, bool development, bool production)
    {
        using var one = new ProviderHttp(production: false, []);
        using var other = new ProviderHttp(production: true, []);
        Assert.Equal((development, production), (one.Takes(new Uri(url)), other.Takes(new Uri(url))));
    }

    [Theory]
    [InlineData("127.0.0.1", true), InlineData("10.1.2.3", true), InlineData("169.254.169.254", true), InlineData("192.168.0.1", true), InlineData("100.64.0.1", true), InlineData("0.0.0.0", true), InlineData("::1", true), InlineData("::", true)]
    [InlineData("fe80::1", true), InlineData("fd00::1", true), InlineData("::ffff:10.0.0.1", true), InlineData("64:ff9b::a00:1", true), InlineData("224.0.0.1", true), InlineData("9.9.9.9", false), InlineData("2620:fe::fe", false)]
    public void Addresses_of_this_machine_and_network_are_inside(string address, bool inside) => Assert.Equal(inside, ProviderHttp.IsInside(IPAddress.Parse(address)));

    [Fact]
    [Trait("ASVS", "1.3.6")]
    public async Task What_a_provider_names_inside_is_not_connected_to()
    {
        await using var provider = await OidcProvider.StartAsync();
        using var http = new ProviderHttp(production: false, ["id.example.org"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{provider.Issuer}/.well-known/openid-configuration");
        await Assert.ThrowsAsync<ProviderException>(() => http.AskAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("ASVS", "15.3.2")]
    public async Task A_redirect_is_not_followed()
    {
        await using var provider = await OidcProvider.StartAsync();
        using var http = new ProviderHttp(production: false, ["127.0.0.1"]);
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"{provider.Issuer}/auth?client_id=godwit&response_type=code&scope=openid&redirect_uri={Uri.EscapeDataString(OidcProvider.Redirect)}&code_challenge={new string('a', 43)}&code_challenge_method=S256&login_hint=ada");
        var (status, body) = await http.AskAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.SeeOther, true), (status, body is null));
    }

    [Theory]
    [InlineData("""{"issuer":"https://evil.example"}""")]
    [InlineData("""{"issuer":"https://id.example.org/"}""")]
    [InlineData("""{"issuer":"https://id.example.org","token_endpoint":"http://id.example.org/token"}""")]
    [InlineData("""{"issuer":"https://id.example.org","jwks_uri":"http://169.254.169.254/keys"}""")]
    [InlineData("""{"issuer":"https://id.example.org","code_challenge_methods_supported":["plain"]}""")]
    [InlineData("""{"issuer":"https://id.example.org","response_types_supported":["id_token"]}""")]
    [Trait("ASVS", "10.5.3")]
    public void A_provider_is_who_it_was_configured_to_be_and_does_what_is_needed(string changes)
    {
        using var http = new ProviderHttp(production: true, []);
        JsonObject Document() => new() { ["issuer"] = "https://id.example.org", ["authorization_endpoint"] = "https://id.example.org/auth", ["token_endpoint"] = "https://id.example.org/token", ["jwks_uri"] = "https://keys.example.org/" };
        Assert.Equal("https://keys.example.org/", ProviderMetadata.Read(Element(Document()), "https://id.example.org", http).Keys.AbsoluteUri);
        var changed = Document();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject()) changed[name] = value?.DeepClone();
        Assert.Throws<ProviderException>(() => ProviderMetadata.Read(Element(changed), "https://id.example.org", http));

        static JsonElement Element(JsonObject json) => JsonDocument.Parse(json.ToJsonString()).RootElement;
    }

    private sealed class SteppedTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
