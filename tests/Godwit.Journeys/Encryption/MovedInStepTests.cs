using System.Text.Json;
using Godwit.Journeys.Rehearsals;
using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Encryption;

/// <summary>A move that encrypts on the way as a step of a runbook: rehearsed with the copy's keyring, killed, carried on, taken back.</summary>
public sealed class MovedInStepTests(PostgresServers servers)
{
    private const string Step = """
          backfill:
            steps:
              - id: clients
                move:
                  source: legacy
                  schema: app
                  jobs: 1
                  range_rows: 100
                  columns:
                    clients:
                      email: {transform: {encrypt: {row: [id]}}, drop: [keys]}
                      email_index: {transform: {blind_index: {from: email, purpose: clients.email, normalise: email, tenant: shop}}}
                      api_key: {transform: {pepper: {purpose: api-key}}, rename: api_key_hash}
                      name: {leave_out: true}
        """;

    [Fact]
    public async Task A_killed_step_goes_on_leaves_nothing_plain_and_is_taken_back()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        var (_, master) = await EncryptedUsers.MakeKeysAsync(folder);
        using var held = master;
        Prepare(folder, 8000);
        using (var runner = await Runbooks.Moves.MoveFolder.StartIntoCopyAsync(folder, "run")) runner.Kill();
        var key = folder.Environment["GODWIT_MASTER_KEY_FILE"];
        folder.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        Assert.Contains("GW1749", (await folder.RunAsync("resume", "--json")).MustBe(5).Output, StringComparison.Ordinal);
        folder.Environment["GODWIT_MASTER_KEY_FILE"] = key;
        var resumed = (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(8000, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM app.clients WHERE email IS NOT NULL OR id % 100 = 7"));
        Assert.Equal(3, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_columns"));
        var report = (await folder.RunAsync("report")).MustBe(0);
        var journal = await folder.Target.ScalarAsync<string>("SELECT string_agg(body, '') FROM godwit.journal");
        Assert.DoesNotContain(MovedClients.Mark, journal + resumed.Output + resumed.Error + report.Output, StringComparison.Ordinal);
        Assert.Matches("clients.email .*encrypt.*data", report.Output);

        await folder.Target.ExecuteAsync("UPDATE app.clients SET email = (SELECT email FROM app.clients WHERE id = 2) WHERE id = 1");
        Assert.Contains("GW1783", (await folder.RunAsync("rollback", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_is_moved_into_with_its_own_keyring_and_the_way_back_removes_tables_and_notes()
    {
        using var shop = await RehearsalFolder.PrepareAsync(servers, "CREATE TABLE other (id bigint PRIMARY KEY)");
        var (_, master) = await EncryptedUsers.MakeKeysAsync(shop.Folder);
        using var held = master;
        Prepare(shop.Folder, 300);
        await shop.BackUpAsync();
        var uses = await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_unwraps");
        var made = (await shop.RehearseAsync(0, "--count", "1")).GetProperty("made")[0];
        Assert.Equal("Good", made.GetProperty("outcome").GetString());
        // Only the copy's keys were unwrapped, and only there was it noted.
        Assert.Equal(uses, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_unwraps"));
        Assert.Equal(0, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_columns"));
        (await shop.Folder.RunAsync("run")).MustBe(0);
        Assert.Equal(3, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_columns"));
        (await shop.Folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(0, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'app'"));
        Assert.Equal(0, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_columns"));
    }

    [Fact]
    public async Task A_live_move_and_a_run_without_a_key_are_refused_before_anything_is_made()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        var (_, master) = await EncryptedUsers.MakeKeysAsync(folder);
        using var held = master;
        Prepare(folder, 10);
        var key = folder.Environment["GODWIT_MASTER_KEY_FILE"];
        folder.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        Assert.Contains("GW1749", (await folder.RunAsync("run", "--json")).MustBe(1).Output, StringComparison.Ordinal);
        folder.Environment["GODWIT_MASTER_KEY_FILE"] = key;
        Prepare(folder, 10, Step.Replace("jobs: 1", "jobs: 1\n          live: true", StringComparison.Ordinal));
        var refused = await folder.RunAsync("run", "--json");
        Assert.Contains("GW1219", refused.Output, StringComparison.Ordinal);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'app'"));
    }

    private static void Prepare(RunbookFolder folder, int rows, string? step = null)
    {
        File.Delete(folder.In("legacy.sqlite"));
        using (var connection = SqliteConnection.OpenForWriting(folder.In("legacy.sqlite")))
        {
            foreach (var statement in MovedClients.Statements(rows)) connection.Execute(statement);
        }
        folder.Write("runbook.yaml", $"godwit: 1\nname: shop\ntarget: {{env: DATABASE_URL}}\nbackups: {{destinations: [{{path: backups}}]}}\nsources: {{legacy: {{path: legacy.sqlite}}}}\nphases:\n{step ?? Step}\n");
    }
}
