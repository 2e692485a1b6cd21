using Godwit.Postgres.Connections;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Connections;

/// <summary>How the tests of this folder reach a test database: by URL, the password from the environment.</summary>
internal static class Reaching
{
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<TargetReading> ReachAsync(TestDatabase database, string? url = null, string? password = null) =>
        PostgresTarget.ConnectAsync(
            PostgresUrl.Parse(url ?? database.Url, Around()).Url!, Around(("PGPASSWORD", password ?? database.Server.Password)), Token);

    public static ConnectionEnvironment Around(params (string Name, string Value)[] variables) => PostgresUrlTests.Around(variables);

    public static SessionSettings Session(string role = "copy") => new() { RunId = "0123456789abcdef", Role = role };
}
