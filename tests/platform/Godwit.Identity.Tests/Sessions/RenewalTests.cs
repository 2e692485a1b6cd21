using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Sessions;

public sealed class RenewalTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "2.3.4")]
    public async Task Sixty_four_renewals_at_once_give_one_successor()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => RenewAsync(host, tokens.Refresh)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Single(answers.Select(a => Tokens.Of(a).Refresh).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT refresh_sequence FROM identity.user_sessions"));
    }

    [Fact]
    public async Task Many_sessions_that_are_renewed_at_once_each_get_their_own_and_each_renewal_is_on_record()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var sessions = new List<Tokens>();
        for (var i = 0; i < 12; i++) sessions.Add(await host.SignInAsync("ada@example.org"));
        for (var turn = 1; turn <= 3; turn++)
        {
            // Each is asked for twice, among the others.
            var answers = await Task.WhenAll(sessions.Concat(sessions).Select(async s => (s.Session, Answer: await RenewAsync(host, s.Refresh))));
            Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Answer.Status));
            sessions = [.. answers.GroupBy(a => a.Session).Select(g => Assert.Single(g.Select(a => Tokens.Of(a.Answer)).DistinctBy(t => t.Refresh)))];
            Assert.Equal(12, sessions.Select(s => s.Session).Distinct().Count());
            Assert.Equal(12 * turn, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'session_renewed'"));
        }
        Assert.Equal(12, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_sessions WHERE refresh_sequence = 3 AND NOT revoked"));
        Assert.Equal(12, await host.Database.ScalarAsync<long>("SELECT count(*) FROM (SELECT session_id FROM identity.user_security_events WHERE event_type = 'session_renewed' GROUP BY session_id HAVING count(*) = 3) s"));
    }

    [Fact]
    public async Task A_session_whose_row_is_held_holds_up_no_other()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (held, free) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        await using var connection = await host.Database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new Npgsql.NpgsqlCommand($"SELECT 1 FROM identity.user_sessions WHERE family = '{held.Session}' FOR UPDATE", connection);
        await hold.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        var waiting = RenewAsync(host, held.Refresh);
        Assert.Equal(HttpStatusCode.OK, (await RenewAsync(host, free.Refresh)).Status);
        Assert.False(waiting.IsCompleted);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await waiting).Status);
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    [Trait("ASVS", "16.3.3")]
    public async Task A_token_from_before_the_last_ends_the_session_and_its_owner_is_told()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var first = await host.SignInAsync("ada@example.org");
        var second = Tokens.Of(await RenewAsync(host, first.Refresh));
        var third = Tokens.Of(await RenewAsync(host, second.Refresh));
        Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, first.Refresh)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, third.Refresh)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: third.Access)).Status);
        Assert.Equal("critical", await host.Database.ScalarAsync<string>("SELECT severity FROM identity.user_security_events WHERE event_type = 'refresh_token_reused' AND blocked"));
        Assert.Contains("was ended", (await host.MailAsync("ada@example.org", 2)).Headers["Subject"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_before_the_last_is_a_copy_on_another_device_and_after_ten_seconds()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.OK, (await RenewAsync(host, tokens.Refresh)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh, agent: "another")).Status);
        var other = await host.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.OK, (await RenewAsync(host, other.Refresh)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET rotated_at = now() - interval '11 seconds' WHERE NOT revoked");
        Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, other.Refresh)).Status);
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_sessions WHERE revoked"));
    }

    [Fact]
    [Trait("ASVS", "7.3.1")]
    [Trait("ASVS", "7.3.2")]
    public async Task A_session_ends_by_itself_when_it_is_old_and_when_nobody_renewed_it_for_an_hour()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var idle = await host.SignInAsync("ada@example.org");
        var old = await host.SignInAsync("ada@example.org");
        await host.Database.ExecuteAsync($"UPDATE identity.user_sessions SET rotated_at = now() - interval '61 minutes' WHERE family = '{idle.Session}'");
        await host.Database.ExecuteAsync($"UPDATE identity.user_sessions SET created_at = now() - interval '9 hours', expires_at = now() - interval '1 second' WHERE family = '{old.Session}'");
        Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, idle.Refresh)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, old.Refresh)).Status);
        var here = await host.SignInAsync("ada@example.org");
        var listed = Assert.Single((await host.SendAsync(HttpMethod.Get, "/v1/auth/sessions", bearer: here.Access)).Json.EnumerateArray());
        Assert.Equal(here.Session, listed.GetProperty("id").GetGuid());
        // Nobody has a copy of anything: an end by itself is no alarm.
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'refresh_token_reused'"));
    }

    [Fact]
    [Trait("ASVS", "7.2.1")]
    [Trait("ASVS", "7.2.3")]
    public async Task Nobody_puts_a_token_together_from_those_that_they_have()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (one, other) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        Assert.NotEqual(one.Refresh, other.Refresh);
        byte[] mine = Base64Url.DecodeFromChars(one.Refresh), theirs = Base64Url.DecodeFromChars(other.Refresh);
        // What nobody can compute are its last 256 bits.
        foreach (var end in new[] { theirs[^32..], new byte[32], RandomNumberGenerator.GetBytes(32) })
            Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, Base64Url.EncodeToString([.. mine[..^32], .. end]))).Status);
        Assert.Equal(HttpStatusCode.OK, (await RenewAsync(host, one.Refresh)).Status);
        Assert.Equal(HttpStatusCode.OK, (await RenewAsync(host, other.Refresh)).Status);
    }

    [Fact]
    [Trait("ASVS", "9.1.1")]
    public async Task A_token_with_a_wrong_MAC_is_not_recorded_and_ends_nothing()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var before = await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events");
        for (var at = 0; at < tokens.Refresh.Length; at += 7)
        {
            var wrong = tokens.Refresh.ToCharArray();
            wrong[at] = wrong[at] == 'A' ? 'B' : 'A';
            Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, new string(wrong))).Status);
        }
        Assert.Equal(before, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events"));
        Assert.Equal(HttpStatusCode.OK, (await RenewAsync(host, tokens.Refresh)).Status);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    [Trait("ASVS", "7.5.2")]
    [Trait("ASVS", "10.4.9")]
    public async Task Logging_out_ends_access_tokens_at_once_and_logging_out_everywhere_ends_all()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (one, two, three) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: one.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: one.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RenewAsync(host, one.Refresh)).Status);
        Assert.Equal(2, (await host.SendAsync(HttpMethod.Get, "/v1/auth/sessions", bearer: two.Access)).Json.GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/sessions/{three.Session}", bearer: two.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: three.Access)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout-all", bearer: two.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: two.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Nobody_ends_the_session_of_another()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("eve@example.org");
        var (ada, eve) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("eve@example.org"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/sessions/{ada.Session}", bearer: eve.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: ada.Access)).Status);
    }

    private static Task<Answer> RenewAsync(IdentityHost host, string token) => host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: token);
}
