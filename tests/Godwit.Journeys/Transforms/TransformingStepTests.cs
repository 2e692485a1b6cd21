using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>Transforms in a move that is a step of a runbook: its columns stand in the step, or in a mapping file.</summary>
public sealed class TransformingStepTests(PostgresServers servers)
{
    private const string Columns = """
          backfill:
            steps:
              - id: customers
                move:
                  source: legacy
                  schema: app
                  jobs: 1
                  range_rows: 100
                  columns:
                    customers:
                      email: {transform: {"mask:email": {key: MASK_KEY}}}
                      api_key: {transform: {hash: {key: API_KEY_PEPPER}}, rename: api_key_hash}
                      name: {leave_out: true}
                      first_name: {transform: {split: {from: name, separator: " ", part: 1}}}
        """;

    [Fact]
    public async Task A_step_transforms_as_its_settings_say_and_is_taken_back()
    {
        using var folder = await PrepareAsync(Columns);
        (await folder.RunAsync("check")).MustBe(0);
        var plan = (await folder.JsonAsync(0, "plan")).GetRawText();
        Assert.Contains("customers.first_name text: split(name)", plan, StringComparison.Ordinal);
        Assert.Contains("leaves name of customers out", plan, StringComparison.Ordinal);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(Customers.Hash("key-1"), await folder.Target.ScalarAsync<string>("SELECT api_key_hash FROM app.customers WHERE id = 1"));
        Assert.Equal("Ada", await folder.Target.ScalarAsync<string>("SELECT first_name FROM app.customers WHERE id = 1"));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["verify", "--from", folder.In("legacy.sqlite"), "--to", folder.Target.Url, "--schema", "app"])).MustBe(0);
        var journal = await folder.Target.ScalarAsync<string>("SELECT string_agg(body, '') FROM godwit.journal");
        foreach (var secret in (string[])[Customers.Pepper, "key-1", "ada@example.org"]) Assert.DoesNotContain(secret, journal, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'app'"));
    }

    [Fact]
    public async Task A_plan_s_hash_covers_transforms_and_not_secrets()
    {
        using var folder = await PrepareAsync(Columns);
        var hash = (await folder.JsonAsync(0, "plan")).GetProperty("hash").GetString();
        folder.Environment["API_KEY_PEPPER"] = "another pepper";
        Assert.Equal(hash, (await folder.JsonAsync(0, "plan")).GetProperty("hash").GetString());
        folder.Runbook(Columns.Replace("part: 1", "part: 2", StringComparison.Ordinal), sources: "{legacy: {path: legacy.sqlite}}");
        Assert.NotEqual(hash, (await folder.JsonAsync(0, "plan")).GetProperty("hash").GetString());
    }

    [Fact]
    public async Task A_step_s_mapping_file_says_the_same()
    {
        using var folder = await PrepareAsync("  backfill:\n    steps:\n      - {id: customers, move: {source: legacy, schema: app, map: map.yaml}}");
        folder.Write("map.yaml", "tables: { customers: { columns: { email: { transform: { hash: { key: API_KEY_PEPPER } } } } } }");
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(Customers.Hash("ada1@example.org"), await folder.Target.ScalarAsync<string>("SELECT email FROM app.customers WHERE id = 1"));
        Assert.Contains("equal to a transform of the source", (await folder.RunAsync("report")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_secret_and_a_wrong_transform_are_found_before_anything_begins()
    {
        using var folder = await PrepareAsync(Columns);
        folder.Environment["MASK_KEY"] = null;
        Assert.Contains("GW1742", (await folder.RunAsync("run", "--json")).MustBe(1).Output, StringComparison.Ordinal);
        folder.Runbook(Columns.Replace("split: {from: name, separator: \" \", part: 1}", "sql: upper(name)", StringComparison.Ordinal), sources: "{legacy: {path: legacy.sqlite}}");
        var refused = (await folder.RunAsync("check", "--json")).MustBe(1).Output;
        Assert.Contains("GW1219", refused, StringComparison.Ordinal);
        Assert.Contains("runbook.yaml:", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_step_goes_on_with_the_same_secrets_only()
    {
        using var folder = await PrepareAsync(Columns, rows: 8000);
        using (var runner = await Runbooks.Moves.MoveFolder.StartIntoCopyAsync(folder, "run")) runner.Kill();
        folder.Environment["API_KEY_PEPPER"] = "another pepper";
        Assert.Contains("GW1320", (await folder.RunAsync("resume", "--json")).MustBe(5).Output, StringComparison.Ordinal);
        folder.Environment["API_KEY_PEPPER"] = Customers.Pepper;
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(Customers.Hash("key-8000"), await folder.Target.ScalarAsync<string>("SELECT api_key_hash FROM app.customers WHERE id = 8000"));
        Assert.Equal(8000, await folder.Target.ScalarAsync<long>("SELECT count(DISTINCT api_key_hash) FROM app.customers"));
    }

    private async Task<RunbookFolder> PrepareAsync(string phases, int rows = 3)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        using (var connection = SqliteConnection.OpenForWriting(folder.In("legacy.sqlite")))
        {
            connection.Execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, api_key TEXT, name TEXT)");
            connection.Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) INSERT INTO customers SELECT i, 'ada' || i || '@example.org', 'key-' || i, 'Ada Lovelace' FROM n", (long)rows);
        }
        folder.Environment["MASK_KEY"] = "0123456789abcdef-mask";
        folder.Environment["API_KEY_PEPPER"] = Customers.Pepper;
        return folder.Runbook(phases, sources: "{legacy: {path: legacy.sqlite}}");
    }
}
