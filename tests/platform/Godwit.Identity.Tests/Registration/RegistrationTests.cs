using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Registration;

public sealed class RegistrationTests(IdentityTemplate template)
{
    [Fact]
    public async Task The_seeds_requests_work_as_they_are_from_registration_to_a_renewed_session()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var registered = await host.PostAsync(
            "/v1/auth/register",
            """
            {
                "email": "test@example.com",
                "password": "SecureP@ssw0rd123!",
                "firstName": "Test",
                "lastName": "User",
                "consents": {
                  "terms": true,
                  "privacy": true,
                  "marketing": false
                }
              }
            """);
        Assert.Equal(HttpStatusCode.Accepted, registered.Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{await host.LinkAsync("test@example.com")}}","password":"SecureP@ssw0rd123!"}""")).Status);
        var tokens = await host.SignInAsync("test@example.com");
        // curl -X POST with a header and nothing else.
        var renewed = await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh);
        Assert.Equal(HttpStatusCode.OK, renewed.Status);
        // curl -d says that it is a form.
        var reset = await host.SendAsync(HttpMethod.Post, "/v1/auth/password-reset/request", """{"email": "test@example.com"}""", contentType: "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.Accepted, reset.Status);
        var me = await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: Tokens.Of(renewed).Access);
        Assert.Equal(("test@example.com", "Test", "User"), (me.Json.GetProperty("email").GetString(), me.Json.GetProperty("firstName").GetString(), me.Json.GetProperty("lastName").GetString()));
    }

    [Fact]
    public async Task An_address_that_has_an_account_is_answered_as_one_that_has_none_and_its_owner_is_told()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (there, free) = (await host.RegisterAsync("ada@example.org"), await host.RegisterAsync("free@example.org"));
        Assert.Equal((free.Status, free.Text), (there.Status, there.Text));
        Assert.Equal(free.Headers, there.Headers);
        Assert.Contains("already have an account", (await host.MailAsync("ada@example.org", 2)).Headers["Subject"], StringComparison.Ordinal);
        Assert.DoesNotContain("#", (await host.MailAsync("ada@example.org", 2)).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "2.3.1")]
    public async Task There_is_no_account_before_its_address_is_verified_and_a_password_of_before_opens_nothing()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.RegisterAsync("ada@example.org", "the attacker's own 1");
        var attackers = await host.LinkAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org", "the attacker's own 1")).Status);
        await host.RegisterAsync("ada@example.org", "the owner's own words");
        // Whoever clicks the link of a form that was not theirs makes no account with somebody else's password.
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{attackers}}","password":"the owner's own words"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{await host.LinkAsync("ada@example.org", 2)}}","password":"the owner's own words"}""")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org", "the attacker's own 1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "the owner's own words")).Status);
    }

    [Fact]
    [Trait("ASVS", "2.3.4")]
    [Trait("ASVS", "6.5.1")]
    public async Task A_link_is_good_once_and_of_many_clicks_at_once_one_makes_the_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.RegisterAsync("ada@example.org");
        var link = await host.LinkAsync("ada@example.org");
        var clicks = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{link}}","password":"{{IdentityHost.Password}}"}""")));
        Assert.Single(clicks, c => c.Status == HttpStatusCode.OK);
        Assert.All(clicks.Where(c => c.Status != HttpStatusCode.OK), c => Assert.Equal(HttpStatusCode.BadRequest, c.Status));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users"));
    }

    [Fact]
    [Trait("ASVS", "2.3.3")]
    [Trait("ASVS", "2.3.4")]
    public async Task Two_registrations_of_one_address_verified_at_once_make_one_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.RegisterAsync("ada@example.org");
        var first = await host.LinkAsync("ada@example.org");
        await host.RegisterAsync("ADA@example.org");
        var second = await host.LinkAsync("ada@example.org", 2);
        Assert.NotEqual(first, second);
        var answers = await Task.WhenAll(new[] { first, second }.Select(l => host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{l}}","password":"{{IdentityHost.Password}}"}""")));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(a => a.Status).Order());
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users"));
    }

    [Fact]
    public async Task Every_fault_of_a_form_is_named_at_once()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var answer = await host.PostAsync("/v1/auth/register", """{"email":"nobody","password":"short","firstName":"","consents":{"terms":true}}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("Validation failed", answer.Json.GetProperty("error").GetString());
        var fields = answer.Json.GetProperty("details").EnumerateArray().Select(d => d.GetProperty("field").GetString()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(["consents.privacy", "email", "firstName", "password"], fields.Order(StringComparer.Ordinal));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.email_verification_tokens"));
    }

    [Fact]
    [Trait("ASVS", "6.2.4")]
    [Trait("ASVS", "6.2.12")]
    public async Task A_stolen_password_is_refused()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var answer = await host.RegisterAsync("ada@example.org", IdentityTemplate.Stolen);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("stolen", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(IdentityTemplate.Stolen, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consents_are_kept_with_the_words_that_were_agreed_to()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        Assert.Equal("privacy,terms", await host.Database.ScalarAsync<string>(
            "SELECT string_agg(c.consent_type, ',' ORDER BY c.consent_type) FROM identity.user_consents c JOIN identity.consent_texts t USING (text_hash) WHERE c.granted AND c.ip_address IS NOT NULL"));
    }

    [Fact]
    [Trait("ASVS", "14.2.4")]
    [Trait("ASVS", "16.2.5")]
    public async Task No_personal_value_stands_in_the_database_or_the_log_in_the_clear()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("unmistakable.person@example.org", "unmistakable password 1");
        await host.SignInAsync("unmistakable.person@example.org", "unmistakable password 1");
        await using var connection = await host.Database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        var tables = new List<string>();
        await using (var list = new Npgsql.NpgsqlCommand("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('identity', 'godwit')", connection))
        await using (var reader = await list.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) tables.Add(reader.GetString(0));
        }
        Assert.Contains("identity.users", tables);
        foreach (var table in tables)
        {
            await using var scan = new Npgsql.NpgsqlCommand($"SELECT count(*) FROM {table} t WHERE t::text ~* 'unmistakable|Byron' OR t::text LIKE '%' || encode(convert_to('unmistakable', 'UTF8'), 'hex') || '%' OR t::text LIKE '%' || encode(convert_to('Byron', 'UTF8'), 'hex') || '%'", connection);
            Assert.True(0L == (long)(await scan.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, table);
        }
        Assert.DoesNotContain("unmistakable", host.Platform.Log.Text, StringComparison.OrdinalIgnoreCase);
    }
}
