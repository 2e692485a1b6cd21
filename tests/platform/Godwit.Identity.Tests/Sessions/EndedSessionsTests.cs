using System.Diagnostics;
using System.Net;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Sessions;

public sealed class EndedSessionsTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "7.2.1")]
    [Trait("ASVS", "7.4.1")]
    public async Task A_session_that_ends_on_one_host_is_ended_on_all_at_once()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await IdentityHost.StartAsync(template, ("REDIS_URL", redis.Url()));
        // Before there is another host, which sends mails, too.
        await one.MakeAccountAsync("ada@example.org");
        await using var two = await IdentityHost.OnAsync(template, one.Database, ("REDIS_URL", redis.Url()));
        var tokens = await one.SignInAsync("ada@example.org");
        await WholeAsync(redis);
        Assert.Equal(HttpStatusCode.OK, await LookAsync(two, tokens));
        await one.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: tokens.Access);
        Assert.Equal(HttpStatusCode.Unauthorized, await LookAsync(two, tokens));
    }

    [Fact]
    [Trait("ASVS", "16.5.3")]
    public async Task A_Redis_that_has_forgotten_everything_lets_nobody_in_again()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await IdentityHost.StartAsync(template, ("REDIS_URL", redis.Url()));
        await host.MakeAccountAsync("ada@example.org");
        var (ended, open) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        await WholeAsync(redis);
        await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: ended.Access);
        for (var i = 0; i < 20; i++)
        {
            await TellAsync(redis, "FLUSHALL");
            Assert.Equal(HttpStatusCode.Unauthorized, await LookAsync(host, ended));
            Assert.Equal(HttpStatusCode.OK, await LookAsync(host, open));
        }
        // Brought back by itself, with what had ended before.
        await WholeAsync(redis);
        Assert.Equal(HttpStatusCode.Unauthorized, await LookAsync(host, ended));
    }

    [Fact]
    [Trait("ASVS", "16.5.2")]
    public async Task Without_Redis_everything_goes_on_from_the_database()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await IdentityHost.StartAsync(template, ("REDIS_URL", redis.Url()));
        await host.MakeAccountAsync("ada@example.org");
        var (ended, open) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        await redis.KillAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: ended.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await LookAsync(host, ended));
        Assert.Equal(HttpStatusCode.OK, await LookAsync(host, open));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: open.Refresh)).Status);
    }

    [Fact]
    public async Task After_a_restore_what_has_ended_is_brought_anew_however_the_database_counts_its_transactions()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await IdentityHost.StartAsync(template, ("REDIS_URL", redis.Url()));
        await host.MakeAccountAsync("ada@example.org");
        var ended = await host.SignInAsync("ada@example.org");
        await WholeAsync(redis);
        // As it is in a restored database, whose transactions have lower numbers than those of before; and Redis did not take it when it ended.
        await host.Database.ExecuteAsync(
            $"""
            ALTER TABLE identity.user_sessions DISABLE TRIGGER USER;
            UPDATE identity.user_sessions SET revoked = true, revoked_at = now(), revoked_xid = '3'::xid8 WHERE family = '{ended.Session}';
            ALTER TABLE identity.user_sessions ENABLE TRIGGER USER;
            """,
            superuser: true);
        Assert.Equal("", await ScoreAsync());
        await host.Database.ExecuteAsync("UPDATE identity.erasure_register SET mark = 0");
        await Patience.UntilAsync(async () => await ScoreAsync() != "");
        Assert.True(await host.Database.ScalarAsync<bool>("SELECT restored_at IS NOT NULL FROM identity.erasure_register"));
        Assert.Equal(HttpStatusCode.Unauthorized, await LookAsync(host, ended));

        async Task<string> ScoreAsync() => (await TellAsync(redis, "ZSCORE", "godwit:identity-ended", ended.Session.ToString())).Trim();
    }

    private static async Task<HttpStatusCode> LookAsync(IdentityHost host, Tokens tokens) => (await host.SendAsync(HttpMethod.Get, "/v1/auth/sessions", bearer: tokens.Access)).Status;

    /// <summary>Until the list is trusted.</summary>
    private static Task WholeAsync(RedisServer redis) => Patience.UntilAsync(async () => (await TellAsync(redis, "ZSCORE", "godwit:identity-ended", "whole")).Trim().Length > 0);

    private static async Task<string> TellAsync(RedisServer redis, params string[] words)
    {
        var start = new ProcessStartInfo("redis-cli", ["-p", redis.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), .. words]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
