using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary><c>godwit demo learning-sol</c>, of a few rows.</summary>
public sealed class LearningDemoTests(PostgresServers servers)
{
    [Fact]
    public async Task The_sample_goes_there_and_back_and_there_again_under_its_application_and_nothing_is_lost()
    {
        var database = await PlayAsync("--rows", "4000", "--rate", "150", "--seed", "8");
        // The guide's indexes, by name; of recording and fences nothing is left.
        Assert.Equal(6, await database("demo_learning_sol_4000_8").ScalarAsync<long>("SELECT count(*) FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname LIKE 'idx\\_%' AND indisvalid"));
        Assert.Equal(0, await database("demo_learning_sol_4000_8").ScalarAsync<long>("SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public Task A_million_rows_under_a_thousand_requests_a_second() => PlayAsync();

    private async Task<Func<string, TestDatabase>> PlayAsync(params IReadOnlyList<string> options)
    {
        using var folder = new WorkFolder();
        var server = await servers.DefaultAsync();
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_DEV_FOLDER"] = Path.GetDirectoryName(server.PassFile), ["GODWIT_LEASE_SECONDS"] = "4", ["HOME"] = null,
        };
        var demo = await GodwitProcess.RunAsync(folder.Path, environment, ["demo", "learning-sol", .. options, "--bin", PostgresVersions.Require(PostgresVersions.Default)]);
        demo.MustBe(0);
        Assert.Contains("acknowledged, 0 lost, 0 there twice or again.", demo.Output, StringComparison.Ordinal);
        Assert.Contains("Failed requests: 0.", demo.Output, StringComparison.Ordinal);
        return name => new TestDatabase(server, name);
    }
}
