using Godwit.Engine.Runs;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>What comes after a run, as its certificate does, waits for a server as the run does.</summary>
public sealed class PatientSessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_goes_down_and_comes_back_is_waited_for_and_what_it_refuses_is_told_at_once()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: Token);
        var database = await server.CreateDatabaseAsync(Token);
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? server.PassFile : null };
        var target = (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, environment).Url!, environment, Token)).Target!;
        var session = new SessionSettings { RunId = "patient", Role = "test" };
        var waits = new List<string>();

        await server.StopImmediatelyAsync(Token);
        var restarted = Task.CompletedTask;
        var answer = await PatientSession.RunAsync(
            target, session, AskAsync,
            told =>
            {
                waits.Add(told);
                if (waits.Count == 1) restarted = server.StartAsync(Token);
            },
            TimeProvider.System, Token);

        Assert.Equal(1, answer);
        Assert.NotEmpty(waits);
        await restarted;
        await Assert.ThrowsAsync<TargetFaultException>(() => PatientSession.RunAsync(
            target, session, (connection, _) => ExecuteAsync(connection, "SELECT nothing"), _ => Assert.Fail("nobody is waited for"), TimeProvider.System, Token));
    }

    private static Task<int> AskAsync(NpgsqlConnection connection, CancellationToken cancellation) => ExecuteAsync(connection, "SELECT 1");

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (int)(await command.ExecuteScalarAsync(Token))!;
    }
}
