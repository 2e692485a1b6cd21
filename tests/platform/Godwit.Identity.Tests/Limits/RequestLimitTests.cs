using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Limits;

public sealed class RequestLimitTests(IdentityTemplate template)
{
    private static readonly (string Name, string Value)[] s_three = [("IDENTITY_NETWORK_BURST", "3"), ("GODWIT_TRUSTED_PROXIES", "127.0.0.0/8")];

    [Theory]
    [Trait("ASVS", "2.4.1")]
    [InlineData("/v1/auth/register", """{"email":"EMAIL","password":"SecureP@ssw0rd123!","consents":{"terms":true,"privacy":true}}""")]
    [InlineData("/v1/auth/resend", """{"email":"EMAIL"}""")]
    [InlineData("/v1/auth/password-reset/request", """{"email":"EMAIL"}""")]
    public async Task A_network_asks_so_often_and_no_more_whoever_has_the_address(string path, string body)
    {
        await using var host = await IdentityHost.StartAsync(template, s_three);
        await host.MakeAccountAsync("ada@example.org");
        var (there, free) = (await AskAsync("ada@example.org", "192.0.2.1"), await AskAsync("free@example.org", "198.51.100.1"));
        Assert.Equal(free, there);
        Assert.Equal([202, 202, 202, 429, 429], there.Select(a => a.Status));
        Assert.All(there.Skip(3), a => Assert.InRange(a.RetryAfter, 1, 30));
        // Somebody else is not hindered.
        Assert.Equal(202, (await SendAsync(host, path, body.Replace("EMAIL", "free@example.org", StringComparison.Ordinal), "203.0.113.7")).Status);

        async Task<List<(int Status, int RetryAfter)>> AskAsync(string email, string from)
        {
            List<(int, int)> answers = [];
            for (var i = 0; i < 5; i++) answers.Add(await SendAsync(host, path, body.Replace("EMAIL", email, StringComparison.Ordinal), from));
            // How many seconds are left depends on when it was asked.
            return [.. answers.Select(a => (a.Item1, Math.Min(a.Item2, 1)))];
        }
    }

    [Theory]
    [Trait("ASVS", "2.4.1")]
    [InlineData("/v1/auth/oauth/acme/start", "{}", 502)]
    [InlineData("/v1/auth/passkeys/login/options", "{}", 200)]
    public async Task What_costs_rows_or_questions_to_a_provider_has_a_limit_too(string path, string body, int status)
    {
        var folder = Directory.CreateTempSubdirectory("godwit-limits-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), External.OidcProvider.Secret, TestContext.Current.CancellationToken);
        // Where nobody listens.
        await File.WriteAllTextAsync(
            Path.Combine(folder, "providers.json"), $$"""{"providers":[{"name":"acme","issuer":"http://127.0.0.1:9","clientId":"godwit","clientSecretFile":"{{Path.Combine(folder, "secret")}}","verifiesEmail":true}]}""", TestContext.Current.CancellationToken);
        await using var host = await IdentityHost.StartAsync(template, [.. s_three, ("IDENTITY_OIDC_PROVIDERS", Path.Combine(folder, "providers.json"))]);
        List<int> answers = [];
        for (var i = 0; i < 4; i++) answers.Add((await SendAsync(host, path, body, "192.0.2.1")).Status);
        Assert.Equal([status, status, status, 429], answers);
        Assert.Equal(status, (await SendAsync(host, path, body, "198.51.100.1")).Status);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Of_many_at_once_so_many_get_through_as_fit()
    {
        await using var host = await IdentityHost.StartAsync(template, s_three);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => SendAsync(host, "/v1/auth/resend", $$"""{"email":"free{{i}}@example.org"}""", "192.0.2.1")));
        Assert.Equal(3, answers.Count(a => a.Status == 202));
        Assert.Equal(9, answers.Count(a => a.Status == 429));
    }

    [Fact]
    public async Task The_addresses_of_one_ipv6_household_are_one_and_kinds_are_counted_by_themselves()
    {
        await using var host = await IdentityHost.StartAsync(template, s_three);
        for (var i = 1; i <= 3; i++) Assert.Equal(202, (await ResendAsync($"2001:db8:1:2::{i}")).Status);
        Assert.Equal(429, (await ResendAsync("2001:db8:1:2:ffff::1")).Status);
        Assert.Equal(202, (await ResendAsync("2001:db8:1:3::1")).Status);
        Assert.Equal(202, (await SendAsync(host, "/v1/auth/password-reset/request", """{"email":"free@example.org"}""", "2001:db8:1:2::1")).Status);

        Task<(int Status, int RetryAfter)> ResendAsync(string from) => SendAsync(host, "/v1/auth/resend", """{"email":"free@example.org"}""", from);
    }

    [Fact]
    public async Task What_is_waited_for_is_given_and_a_clock_that_was_set_back_keeps_nobody_out()
    {
        await using var host = await IdentityHost.StartAsync(template, s_three);
        for (var i = 0; i < 4; i++) await ResendAsync();
        Assert.Equal(429, (await ResendAsync()).Status);
        await host.Database.ExecuteAsync("UPDATE identity.request_buckets SET full_until = full_until - interval '31 seconds'");
        Assert.Equal(202, (await ResendAsync()).Status);
        Assert.Equal(429, (await ResendAsync()).Status);
        await host.Database.ExecuteAsync("UPDATE identity.request_buckets SET full_until = now() + interval '3 hours'");
        Assert.Equal(202, (await ResendAsync()).Status);

        Task<(int Status, int RetryAfter)> ResendAsync() => SendAsync(host, "/v1/auth/resend", """{"email":"free@example.org"}""", "192.0.2.1");
    }

    [Fact]
    public async Task Links_and_their_passwords_are_counted_too_but_forged_links_cost_nothing()
    {
        await using var host = await IdentityHost.StartAsync(template, s_three);
        await host.RegisterAsync("ada@example.org");
        var link = await host.LinkAsync("ada@example.org");
        for (var i = 0; i < 6; i++) Assert.Equal(400, (await VerifyAsync("forged", "x")).Status);
        for (var i = 0; i < 3; i++) Assert.Equal(401, (await VerifyAsync(link, $"wrong words {i}")).Status);
        Assert.Equal(429, (await VerifyAsync(link, IdentityHost.Password)).Status);

        Task<(int Status, int RetryAfter)> VerifyAsync(string token, string password) => SendAsync(host, "/v1/auth/verify-email", $$"""{"token":"{{token}}","password":"{{password}}"}""", "192.0.2.1");
    }

    private static async Task<(int Status, int RetryAfter)> SendAsync(IdentityHost host, string path, string json, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        request.Headers.Add("X-Forwarded-For", from);
        using var answer = await host.Platform.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, (int)(answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0));
    }
}
