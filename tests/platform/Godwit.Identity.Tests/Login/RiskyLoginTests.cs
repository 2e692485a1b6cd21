using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Godwit.Identity.Tests.Passkeys;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Login;

[Trait("ASVS", "6.3.5")]
public sealed partial class RiskyLoginTests(IdentityTemplate template) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-risk-").FullName;

    [Fact]
    public async Task A_login_from_a_listed_network_on_a_new_device_is_asked_for_a_code_and_its_owner_sees_why()
    {
        await using var host = await StartAsync(("tor.txt", "127.0.0.0/8\n"));
        await host.MakeAccountAsync("ada@example.org");
        var first = await host.SignInAsync("ada@example.org");
        // On the device that is known, the network alone is not enough.
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", device: first.Device)).Status);
        var asked = await host.LoginAsync("ada@example.org", agent: "another");
        Assert.Equal(("second_factor_required", "email"), (asked.Json.GetProperty("status").GetString(), asked.Json.GetProperty("method").GetString()));
        await host.MailAsync("ada@example.org", 2);
        var code = host.To("ada@example.org").Select(m => Digits().Match(m.Body)).Last(m => m.Success).Value;
        var answer = await host.PostAsync("/v1/auth/login/2fa", $$"""{"challenge":"{{asked.Json.GetProperty("challenge").GetString()}}","code":"{{code}}"}""", agent: "another");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        var events = (await host.SendAsync(HttpMethod.Get, "/v1/me/security-events", bearer: first.Access)).Json.EnumerateArray().ToList();
        foreach (var type in new[] { "login_success", "second_factor_asked" })
        {
            var told = events.First(e => e.GetProperty("type").GetString() == type);
            Assert.Equal(55, told.GetProperty("riskScore").GetInt32());
            Assert.Contains(told.GetProperty("riskReasons").EnumerateArray(), r => r.GetString()!.Contains("tor", StringComparison.Ordinal));
        }
        await Patience.UntilAsync(() => Task.FromResult(host.To("ada@example.org").Any(m => m.Headers["Subject"].Contains("unusual", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Where_it_came_from_is_kept_and_another_country_at_once_is_unusual()
    {
        await using var host = await StartAsync(("countries.txt", "127.0.0.0/8,DE\n"));
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.Equal("DE", await host.Database.ScalarAsync<string>($"SELECT country_code::text FROM identity.user_sessions WHERE family = '{tokens.Session}'"));
        await host.Database.ExecuteAsync("UPDATE identity.user_devices SET last_country_code = 'AU'");
        // 25 for the device, 25 for the country, 20 for the hour.
        Assert.Equal("second_factor_required", Status(await host.LoginAsync("ada@example.org")));
        Assert.Equal(70, await host.Database.ScalarAsync<int>("SELECT risk_score FROM identity.user_security_events WHERE event_type = 'second_factor_asked'"));
    }

    [Fact]
    public async Task Failures_before_it_count_and_the_threshold_is_the_operators()
    {
        await using var strict = await StartAsync(("tor.txt", ""), ("IDENTITY_RISK_THRESHOLD", "25"));
        await strict.MakeAccountAsync("ada@example.org");
        await strict.SignInAsync("ada@example.org");
        Assert.Equal("second_factor_required", Status(await strict.LoginAsync("ada@example.org")));
        await using var lax = await StartAsync(("tor.txt", "127.0.0.1\n"), ("IDENTITY_RISK_THRESHOLD", "101"));
        await lax.MakeAccountAsync("ada@example.org");
        await lax.SignInAsync("ada@example.org");
        for (var i = 0; i < 4; i++) await lax.LoginAsync("ada@example.org", "wrong wrong wrong");
        Assert.Equal(HttpStatusCode.OK, (await lax.LoginAsync("ada@example.org")).Status);
        Assert.Equal(67, await lax.Database.ScalarAsync<int>("SELECT max(risk_score) FROM identity.user_security_events"));
    }

    [Fact]
    public async Task A_passkey_is_asked_for_nothing_more()
    {
        await using var host = await StartAsync(("tor.txt", "127.0.0.1\n"), ("IDENTITY_RISK_THRESHOLD", "25"));
        using var authenticator = new SoftAuthenticator();
        await host.MakeAccountAsync("ada@example.org");
        await host.Database.ExecuteAsync("INSERT INTO identity.user_devices (user_id, device_id, fingerprint_hash) SELECT id, gen_random_uuid(), sha256('') FROM identity.users");
        await using var quiet = await IdentityHost.OnAsync(template, host.Database, ("IDENTITY_RISK_THRESHOLD", "101"));
        Assert.Equal(HttpStatusCode.Created, (await quiet.RegisterAsync((await quiet.SignInAsync("ada@example.org")).Access, authenticator)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_keeps_the_service_from_starting()
    {
        var fault = await Record.ExceptionAsync(async () =>
        {
            await using var host = await StartAsync(("tor.txt", "nonsense\n"));
        });
        Assert.NotNull(fault);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string? Status(Answer answer) => answer.Json.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String ? status.GetString() : null;

    [GeneratedRegex("^[0-9]{6}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    private Task<IdentityHost> StartAsync((string Name, string Content) list, params (string Name, string Value)[] variables)
    {
        var path = Path.Combine(_folder, list.Name);
        File.WriteAllText(path, list.Content);
        return IdentityHost.StartAsync(template, [list.Name == "tor.txt" ? ("IDENTITY_NETWORK_LISTS", $"tor={path}") : ("IDENTITY_COUNTRY_LIST", path), .. variables]);
    }
}
