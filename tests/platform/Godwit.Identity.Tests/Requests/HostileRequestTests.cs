using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Requests;

public sealed class HostileRequestTests(IdentityTemplate template)
{
    private const string Hostile = """
        R'); DROP TABLE identity.users; -- "><script>alert(1)</script> ${x} {{7*7}} %s%n \u0022 "},{"
        """;

    [Fact]
    [Trait("ASVS", "1.1.2")]
    [Trait("ASVS", "1.2.3")]
    [Trait("ASVS", "1.2.4")]
    public async Task A_text_is_a_value_to_every_statement_and_comes_back_as_it_was()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var name = JsonSerializer.Serialize(Hostile);
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(
            "/v1/auth/register", $$$"""{"email":"ada@example.org","password":"{{{IdentityHost.Password}}}","firstName":{{{name}}},"consents":{"terms":true,"privacy":true}}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{await host.LinkAsync("ada@example.org")}}","password":"{{IdentityHost.Password}}"}""")).Status);
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.Equal(Hostile.Trim(), (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("firstName").GetString());
        var device = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: tokens.Access)).Json[0].GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Patch, $"/v1/auth/devices/{device}", $$"""{"name":{{name}}}""", tokens.Access)).Status);
        Assert.Equal(Hostile.Trim(), (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: tokens.Access)).Json[0].GetProperty("name").GetString());
        foreach (var path in (string[])["/v1/auth/login", "/v1/auth/password-reset/request"])
            Assert.InRange((int)(await host.PostAsync(path, $$"""{"email":{{name}},"password":{{name}}}""")).Status, 200, 499);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users"));
    }

    [Fact]
    [Trait("ASVS", "1.3.11")]
    public async Task No_field_reaches_the_head_of_a_mail()
    {
        await using var host = await IdentityHost.StartAsync(template);
        foreach (var email in (string[])["ada@example.org\\r\\nBcc: eve@example.org", "ada@example.org\\nSubject: x", "\\\"Ada\\\\r\\\\nBcc: eve@example.org\\\" <ada@example.org>", "ada@example.org,eve@example.org"])
            Assert.Equal(HttpStatusCode.BadRequest, (await host.RegisterAsync(email)).Status);
        var lines = "Ada\\r\\nBcc: eve@example.org";
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync(
            "/v1/auth/register", $$$"""{"email":"ada@example.org","password":"{{{IdentityHost.Password}}}","firstName":"{{{lines}}}","consents":{"terms":true,"privacy":true}}""")).Status);
        await host.MakeAccountAsync("bob@example.org");
        Assert.All(host.Mails.Mails, m => Assert.DoesNotContain("Bcc", m.Headers.Keys));
        Assert.Empty(host.To("ada@example.org"));
        Assert.Empty(host.To("eve@example.org"));
    }

    [Fact]
    [Trait("ASVS", "8.2.3")]
    [Trait("ASVS", "15.3.1")]
    [Trait("ASVS", "15.3.3")]
    public async Task Fields_that_a_request_does_not_have_are_not_taken_over()
    {
        await using var host = await IdentityHost.StartAsync(template);
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(
            "/v1/auth/register",
            $$$"""{"email":"ada@example.org","password":"{{{IdentityHost.Password}}}","emailVerified":true,"id":1,"uuid":"00000000-0000-0000-0000-000000000001","roles":["administrator"],"accountLocked":true,"consents":{"terms":true,"privacy":true}}""")).Status);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users"));
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{await host.LinkAsync("ada@example.org")}}","password":"{{IdentityHost.Password}}"}""")).Status);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_roles"));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users WHERE NOT account_locked AND uuid <> '00000000-0000-0000-0000-000000000001'"));
        var tokens = await host.SignInAsync("ada@example.org");
        var device = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: tokens.Access)).Json[0].GetProperty("id").GetGuid();
        await host.SendAsync(HttpMethod.Patch, $"/v1/auth/devices/{device}", """{"name":"desk","revoked":true,"userId":7,"lastIpAddress":"192.0.2.1"}""", tokens.Access);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_devices WHERE NOT revoked AND last_ip_address <> '192.0.2.1'"));
        var profile = await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access);
        Assert.All((string[])["password", "hash", "index", "encrypted", "lockedUntil", "failed"], part => Assert.DoesNotContain(part, profile.Text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    [Trait("ASVS", "1.5.2")]
    [Trait("ASVS", "15.3.7")]
    public async Task A_body_has_the_types_that_are_asked_for_and_each_field_once()
    {
        await using var host = await IdentityHost.StartAsync(template);
        string[] bodies =
        [
            """{"email":"ada@example.org","email":"eve@example.org","password":"a sentence of mine"}""", """{"email":["ada@example.org"],"password":"a sentence of mine"}""",
            """{"email":{"$type":"System.IO.FileInfo","value":"/etc/passwd"},"password":"a sentence of mine"}""", """{"email":1,"password":true}""", """["ada@example.org"]""", "null",
        ];
        foreach (var body in bodies) Assert.True((await host.PostAsync("/v1/auth/login", body)).Status == HttpStatusCode.BadRequest, body);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    [Trait("ASVS", "16.5.3")]
    public async Task A_token_that_is_none_is_refused_like_a_wrong_one_and_tells_of_no_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        foreach (var filler in (string[])["!", " ", "\u00e9", "\ud83d\ude00", "="])
        {
            foreach (var length in (int[])[64, 85, 86, 96, 107])
            {
                var token = string.Concat(Enumerable.Repeat(filler, length))[..length];
                var known = await host.PostAsync("/v1/auth/login", """{"email":"ada@example.org","password":"not the password"}""", device: Ascii(token));
                var unknown = await host.PostAsync("/v1/auth/login", """{"email":"eve@example.org","password":"not the password"}""", device: Ascii(token));
                Assert.True(known.Status == unknown.Status && known.Status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{known.Status} {unknown.Status}");
                await host.Database.ExecuteAsync("DELETE FROM identity.login_buckets");
                var json = JsonSerializer.Serialize(token);
                foreach (var (path, body) in new[]
                {
                    ("/v1/auth/refresh", $$"""{"refreshToken":{{json}}}"""), ("/v1/auth/verify-email", $$"""{"token":{{json}},"password":"x"}"""), ("/v1/auth/password-reset/confirm", $$"""{"token":{{json}},"password":"a sentence of mine"}"""),
                    ("/v1/auth/login/2fa", $$"""{"challenge":{{json}},"code":"123456"}"""), ("/v1/auth/magic-link/confirm", $$"""{"token":{{json}},"request":{{json}}}"""), ("/v1/auth/email/confirm", $$"""{"token":{{json}},"password":"x"}"""),
                    ("/v1/auth/email/undo", $$"""{"token":{{json}}}"""), ("/v1/auth/passkeys/login", $$"""{"challenge":{{json}},"credential":{"response":{"userHandle":"\ud800"} } }"""), ("/v1/auth/oauth/register", $$"""{"registration":{{json}},"binding":{{json}}}"""),
                })
                    Assert.InRange((int)(await host.PostAsync(path, body)).Status, 400, 499);
            }
        }

        static string? Ascii(string token) => token.All(char.IsAscii) ? token : null;
    }

    [Fact]
    [Trait("ASVS", "14.2.1")]
    [Trait("ASVS", "15.3.7")]
    public async Task What_is_secret_is_not_taken_from_the_URL()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, $"/v1/me?access_token={tokens.Access}&bearer={tokens.Access}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync($"/v1/auth/refresh?refreshToken={tokens.Refresh}", "{}")).Status);
        Assert.NotEqual(HttpStatusCode.OK, (await host.PostAsync($"/v1/auth/login?email=ada@example.org&password={Uri.EscapeDataString(IdentityHost.Password)}", "{}")).Status);
    }

    [Fact]
    [Trait("ASVS", "3.5.3")]
    [Trait("ASVS", "13.4.4")]
    public async Task What_changes_anything_is_no_GET_and_nobody_traces()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var routes = PublicRouteTests.Routes();
        var readable = routes.Where(r => r.Method == "GET").Select(r => r.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in routes.Select(r => r.Path).Distinct(StringComparer.Ordinal))
        {
            Assert.True((await host.SendAsync(HttpMethod.Trace, path, bearer: tokens.Access)).Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound, path);
            if (readable.Contains(path)) continue;
            Assert.True((await host.SendAsync(HttpMethod.Get, path, bearer: tokens.Access)).Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound, path);
        }
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "4.2.1")]
    public async Task A_message_whose_end_is_doubtful_is_refused_and_nothing_after_it_is_read()
    {
        await using var host = await IdentityHost.StartAsync(template);
        foreach (var fields in (string[])["Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 6", "Content-Length: -5", "Content-Length: 0x5", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity"])
        {
            var answers = await SayAsync(host, $"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}\r\n\r\n0\r\n\r\nGET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 4", answers, StringComparison.Ordinal);
            Assert.True(answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal) == 0, fields);
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.2")]
    [Trait("ASVS", "15.2.3")]
    public async Task A_new_installation_has_no_account_and_nobody_with_a_role()
    {
        await using var host = await IdentityHost.StartAsync(template);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.users) + (SELECT count(*) FROM identity.user_roles)"));
    }

    /// <summary>All that is answered until the service closes the connection, as it does after a message that it cannot trust.</summary>
    private static async Task<string> SayAsync(IdentityHost host, string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Platform.Client.BaseAddress!.Host, host.Platform.Client.BaseAddress.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(bytes), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
