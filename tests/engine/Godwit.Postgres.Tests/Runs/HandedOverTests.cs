using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Runs;

/// <summary>Two servers, of which one takes writes, and later the other.</summary>
public sealed class HandedOverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_several_servers_the_primary_is_taken_and_one_that_has_become_a_standby_is_said_to_be_one()
    {
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, settings: new Dictionary<string, string>(StandbyServer.PrimarySettings, StringComparer.Ordinal), cancellationToken: Token);
        var database = await server.CreateDatabaseAsync(Token);
        await using var standby = await StandbyServer.FollowAsync(server, Token);
        var (first, second) = ($"127.0.0.1:{server.Port}", $"127.0.0.1:{standby.Port}");

        var target = await ReachAsync($"{second},{first}");
        Assert.Equal(server.Port, target.Host.Port);
        Assert.Equal(standby.Port, (await ReachAsync($"{second},{first}", "?target_session_attrs=standby")).Host.Port);
        // Who reads may read from a standby that is named alone.
        await using (var reading = new TargetSessions(await ReachAsync(second), Guid.NewGuid()))
        await using (var session = await reading.OpenAsync(Token)) Assert.NotNull(session.Connection);

        await using var sessions = new TargetSessions(target, Guid.NewGuid());
        await using (await sessions.OpenAsync(Token)) await server.SwitchOverAsync(standby, Token);
        var fault = await Assert.ThrowsAnyAsync<NpgsqlException>(() => sessions.OpenAsync(Token));
        Assert.Contains("is a standby now", fault.Message, StringComparison.Ordinal);
        Assert.Equal(standby.Port, (await ReachAsync($"{first},{second}")).Host.Port);

        async Task<PostgresTarget> ReachAsync(string hosts, string more = "")
        {
            var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? server.Password : null };
            return (await PostgresTarget.ConnectAsync(PostgresUrl.Parse($"postgres://godwit@{hosts}/{database.Name}{more}", environment).Url!, environment, Token)).Target!;
        }
    }
}
