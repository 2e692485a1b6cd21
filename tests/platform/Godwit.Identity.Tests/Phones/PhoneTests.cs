using System.Net;
using System.Text.RegularExpressions;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Phones;

public sealed partial class PhoneTests(IdentityTemplate template) : IDisposable
{
    private const string Number = "+49 30 123456";

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-sms-").FullName;

    [Fact]
    [Trait("ASVS", "6.6.1")]
    public async Task A_number_is_the_accounts_when_the_code_that_was_sent_there_came_back_from_the_same_session()
    {
        await using var host = await StartAsync();
        var (here, other) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, here, Number, "not that one")).Status);
        var sent = await ChangeAsync(host, here, Number);
        Assert.Equal(HttpStatusCode.Accepted, sent.Status);
        var code = await CodeAsync(1);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ConfirmAsync(host, other, sent, code)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ConfirmAsync(host, here, sent, code == "000000" ? "000001" : "000000")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ConfirmAsync(host, here, sent, code)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ConfirmAsync(host, here, sent, code)).Status);
        var me = (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: here.Access)).Json;
        Assert.Equal(("+4930123456", true), (me.GetProperty("phone").GetString(), me.GetProperty("phoneVerified").GetBoolean()));
        Assert.Contains("another telephone number", (await host.MailAsync("ada@example.org", 3)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_stands_nowhere_in_the_clear_and_its_code_is_bound_to_where_it_is_typed()
    {
        await using var host = await StartAsync(("GODWIT_PUBLIC_URL", "https://accounts.example.org"));
        var here = await host.SignInAsync("ada@example.org");
        var sent = await ChangeAsync(host, here, Number);
        var code = await CodeAsync(1);
        Assert.EndsWith($"\n@accounts.example.org #{code}", await File.ReadAllTextAsync(Directory.GetFiles(_folder)[0], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await NowhereAsync();
        await ConfirmAsync(host, here, sent, code);
        await NowhereAsync();
        Assert.True(await host.Database.ScalarAsync<bool>("SELECT octet_length(phone_index) = 48 AND encrypted_phone IS NOT NULL FROM identity.users"));
        Assert.DoesNotContain("30123456", host.Platform.Log.Text, StringComparison.Ordinal);

        async Task NowhereAsync()
        {
            foreach (var table in new[] { "users", "user_otp_codes", "sms_outbox", "user_security_events", "request_buckets" })
                Assert.Equal(0, await host.Database.ScalarAsync<long>($"SELECT count(*) FROM identity.{table} t WHERE t::text ~ '4930123456' OR t::text ~ encode('4930123456', 'hex')"));
        }
    }

    [Fact]
    public async Task By_text_message_a_login_gives_tokens_after_the_code_only()
    {
        await using var host = await StartAsync();
        var here = await host.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync("/v1/auth/2fa/enable", """{"method":"sms"}""", here.Access)).Status);
        await ConfirmAsync(host, here, await ChangeAsync(host, here, Number), await CodeAsync(1));
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"sms"}""", here.Access);
        Assert.Equal("sms", enrolled.Json.GetProperty("method").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/2fa/confirm", Codes.Body(enrolled, await CodeAsync(2)), here.Access)).Status);
        var asked = await host.LoginAsync("ada@example.org");
        Assert.Equal(("second_factor_required", "sms"), (asked.Json.GetProperty("status").GetString(), asked.Json.GetProperty("method").GetString()));
        var answer = await host.PostAsync("/v1/auth/login/2fa", Codes.Body(asked, await CodeAsync(3)));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal("sms", (await host.SendAsync(HttpMethod.Get, "/v1/auth/2fa", bearer: here.Access)).Json.GetProperty("method").GetString());
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task Nobody_has_messages_sent_again_and_again()
    {
        await using var host = await StartAsync();
        var here = await host.SignInAsync("ada@example.org");
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Accepted, (await ChangeAsync(host, here, $"+49 30 12345{i}")).Status);
        var sixth = await ChangeAsync(host, here, Number);
        Assert.Equal(HttpStatusCode.TooManyRequests, sixth.Status);
        Assert.Contains(sixth.Headers, h => h.StartsWith("Retry-After: ", StringComparison.Ordinal));
        Assert.Equal(5, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.sms_outbox"));
    }

    [Fact]
    public async Task One_number_is_sent_few_whoever_asks_and_all_together_no_more_than_a_days()
    {
        await using var host = await StartAsync(("IDENTITY_SMS_DAILY", "7"));
        List<Tokens> people = [await host.SignInAsync("ada@example.org")];
        await host.MakeAccountAsync("bob@example.org");
        people.Add(await host.SignInAsync("bob@example.org"));
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++) answers.Add((await ChangeAsync(host, people[i % 2], Number)).Status);
        Assert.Equal((5, HttpStatusCode.TooManyRequests), (answers.Count(a => a == HttpStatusCode.Accepted), answers[5]));
        // Others still get two, which are the last of the day.
        Assert.Equal(HttpStatusCode.Accepted, (await ChangeAsync(host, people[0], "+49 30 777777")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await ChangeAsync(host, people[1], "+49 30 888888")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await ChangeAsync(host, people[1], "+49 30 999999")).Status);
    }

    [Fact]
    public async Task Countries_that_are_not_named_are_not_sent_to_and_without_a_way_nobody_is_offered_one()
    {
        await using (var host = await StartAsync(("IDENTITY_SMS_COUNTRIES", "49,43")))
        {
            var here = await host.SignInAsync("ada@example.org");
            Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, here, "+882 13 123456")).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await ChangeAsync(host, here, "+43 1 234567")).Status);
        }
        await using var without = await IdentityHost.StartAsync(template);
        await without.MakeAccountAsync("ada@example.org");
        var tokens = await without.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Conflict, (await ChangeAsync(without, tokens, Number)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await without.PostAsync("/v1/auth/2fa/enable", """{"method":"sms"}""", tokens.Access)).Status);
    }

    [Fact]
    public async Task Where_there_is_a_second_factor_it_is_asked_for()
    {
        await using var host = await StartAsync();
        var here = await host.SignInAsync("ada@example.org");
        await ConfirmAsync(host, here, await ChangeAsync(host, here, Number), await CodeAsync(1));
        await host.PostAsync("/v1/auth/2fa/confirm", Codes.Body(await host.PostAsync("/v1/auth/2fa/enable", """{"method":"sms"}""", here.Access), await CodeAsync(2)), here.Access);
        var asked = await ChangeAsync(host, here, "+49 30 777777");
        Assert.Equal(HttpStatusCode.OK, asked.Status);
        var (challenge, code) = (asked.Json.GetProperty("challenge").GetString(), await CodeAsync(3));
        var sent = await host.PostAsync("/v1/auth/phone/change", $$"""{"phone":"+49 30 777777","password":"{{IdentityHost.Password}}","challenge":"{{challenge}}","code":"{{code}}"}""", here.Access);
        Assert.Equal(HttpStatusCode.Accepted, sent.Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ConfirmAsync(host, here, sent, await CodeAsync(4))).Status);
        // Codes of logins go to the number that was shown to work for them, until the factor is set up anew.
        await host.LoginAsync("ada@example.org");
        await CodeAsync(5);
        Assert.StartsWith("To: +4930123456\n", Newest(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_comes_too_late_is_not_sent()
    {
        var database = await template.CopyAsync();
        await using (var away = await IdentityHost.OnAsync(template, database, ("IDENTITY_SMS_URL", "http://127.0.0.1:1/"), ("IDENTITY_SMS_SECRET", "cQ7mW2xR9tLp4ZvK8nBs3HyJ6dFg5TaU")))
        {
            await away.MakeAccountAsync("ada@example.org");
            await ChangeAsync(away, await away.SignInAsync("ada@example.org"), Number);
            await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.sms_outbox WHERE state = 'waiting' AND last_fault IS NOT NULL") == 1);
        }
        await database.ExecuteAsync("UPDATE identity.sms_outbox SET not_before = now(), created_at = now() - interval '11 minutes'");
        await using var back = await IdentityHost.OnAsync(template, database, ("IDENTITY_SMS_FOLDER", _folder));
        await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.sms_outbox WHERE state = 'failed' AND payload IS NULL") == 1);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<IdentityHost> StartAsync(params (string Name, string Value)[] variables)
    {
        var host = await IdentityHost.StartAsync(template, [("IDENTITY_SMS_FOLDER", _folder), .. variables]);
        await host.MakeAccountAsync("ada@example.org");
        return host;
    }

    private static Task<Answer> ChangeAsync(IdentityHost host, Tokens tokens, string number, string password = IdentityHost.Password) =>
        host.PostAsync("/v1/auth/phone/change", $$"""{"phone":"{{number}}","password":"{{password}}"}""", tokens.Access);

    private static Task<Answer> ConfirmAsync(IdentityHost host, Tokens tokens, Answer sent, string code) => host.PostAsync("/v1/auth/phone/confirm", Codes.Body(sent, code), tokens.Access);

    /// <summary>The newest code, once so many messages were written.</summary>
    private async Task<string> CodeAsync(int messages)
    {
        await Patience.UntilAsync(() => Task.FromResult(Directory.GetFiles(_folder, "*.txt").Length >= messages));
        return Digits().Match(Newest()).Groups["code"].Value;
    }

    /// <summary>Ids are of ascending time.</summary>
    private string Newest() => File.ReadAllText(Directory.GetFiles(_folder, "*.txt").Order(StringComparer.Ordinal).Last());

    [GeneratedRegex("\n\n(?<code>[0-9]{6}) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
