using Godwit.Engine.Runs;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Tripwires;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Tripwires;

public sealed class WatchQueriesTests(PostgresServers servers)
{
    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT 'NaN'::numeric")]
    [InlineData("SELECT 10::numeric ^ 40")]
    [InlineData("SELECT 'Infinity'::numeric")]
    public async Task A_number_that_no_figure_can_be_is_an_answer_and_no_fault(string query)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? database.Server.Password : null };
        var target = (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, environment).Url!, environment, Token)).Target!;
        await using var queries = new WatchQueries(target, (_, _) => Task.FromResult<TargetReading?>(null));
        Assert.Equal((null, "it is no number that can be reckoned with"), await queries.AskAsync(null, query, s_terms, Token));
        Assert.Equal(("1", null), await queries.AskAsync(null, "SELECT 1", s_terms, Token));
    }
}
