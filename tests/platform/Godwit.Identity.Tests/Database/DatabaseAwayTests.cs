using System.Net;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Database;

public sealed class DatabaseAwayTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "16.5.2")]
    [Trait("ASVS", "16.5.3")]
    public async Task While_the_database_is_away_who_asks_is_told_to_come_again_and_afterwards_all_is_there()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: TestContext.Current.CancellationToken);
        await using var host = await IdentityHost.OnAsync(template, await template.MakeAsync(server));
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        await server.KillAsync(TestContext.Current.CancellationToken);
        Answer[] away =
        [
            await host.RegisterAsync("eve@example.org"), await host.LoginAsync("ada@example.org"), await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh),
            await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access),
        ];
        Assert.All(away, a =>
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, a.Status);
            Assert.Contains("Retry-After: 5", a.Headers);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        Answer? back = null;
        await Patience.UntilAsync(async () => (back = await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status == HttpStatusCode.OK, tell: () => back?.Text ?? "");
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh)).Status);
    }

    [Fact]
    public async Task A_database_without_the_schema_is_refused_with_what_brings_it()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<IOException>(async () => await IdentityHost.OnAsync(template, await server.CreateDatabaseAsync(TestContext.Current.CancellationToken)));
        Assert.Contains("godwit run runbooks/identity", fault.Message, StringComparison.Ordinal);
    }
}
