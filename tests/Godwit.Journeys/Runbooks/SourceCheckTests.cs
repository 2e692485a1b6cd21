using System.Text.Json;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Checks that ask another database than the target.</summary>
public sealed class SourceCheckTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gate_asks_a_source_and_opens_when_it_answers_as_expected()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        var legacy = await folder.Target.Server.CreateDatabaseAsync(Token);
        await legacy.ExecuteAsync("CREATE SCHEMA old; CREATE TABLE old.clients (id int); INSERT INTO old.clients VALUES (1), (2)");
        Write(folder, "legacy: {env: LEGACY_URL}", "{name: clients, sql: {query: SELECT count(*) FROM clients, source: legacy, expect: 2, search_path: old}}, {name: writes, warns: true, sql: {query: \"WITH d AS (DELETE FROM clients RETURNING id) SELECT count(*) FROM d\", source: legacy, expect: 2, search_path: old}}");
        var closed = await folder.JsonAsync(5, "run");
        Assert.Contains("LEGACY_URL and LEGACY_URL_FILE are not set", closed.GetProperty("reason").GetString(), StringComparison.Ordinal);
        folder.Environment["LEGACY_URL"] = legacy.Url;
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(2, await legacy.ScalarAsync<long>("SELECT count(*) FROM old.clients"));
        Assert.Contains("the query was refused", await folder.Target.ScalarAsync<string>("SELECT evidence ->> 'writes' FROM godwit.gates ORDER BY id DESC LIMIT 1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other: {env: LEGACY_URL}", "does not declare")]
    [InlineData("legacy: {path: legacy.db}", "which is a file")]
    public async Task A_source_that_cannot_be_asked_is_found_before_anything_is_done(string sources, string says)
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        Write(folder, sources, "{sql: {query: SELECT true, source: legacy}}");
        var finding = Assert.Single((await folder.JsonAsync(1, "check")).GetProperty("findings").EnumerateArray(), (JsonElement f) => f.GetProperty("code").GetString() == "GW1794");
        Assert.Contains(says, finding.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static void Write(RunbookFolder folder, string sources, string checks) => File.WriteAllText(
        folder.File, $$"""
        godwit: 1
        name: shop
        target: {env: DATABASE_URL}
        sources: { {{sources}} }
        phases:
          expand:
            gates:
              - integrity: {checks: [{{checks}}]}
            steps:
              - wait: 0s
        """);
}
