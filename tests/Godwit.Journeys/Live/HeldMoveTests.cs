using System.Text.Json;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>What happens at either side between the copy and the cut-over.</summary>
public sealed class HeldMoveTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Hazard", "11")]
    public async Task Status_names_what_holds_back_either_side()
    {
        var prepares = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_prepared_transactions"] = "2" };
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: prepares, cancellationToken: Token);
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(server), await server.CreateDatabaseAsync(Token), held: true);
        var elsewhere = await server.CreateDatabaseAsync(Token);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        Assert.All(await HeldByAsync(live.Folder), Assert.Null);
        await elsewhere.ExecuteAsync("BEGIN; CREATE TABLE t(id int); PREPARE TRANSACTION 'for ever'");
        await Patience.UntilAsync(async () => (await HeldByAsync(live.Folder)).All(h => h?.Contains($"transaction 'for ever' of database {elsewhere.Name}", StringComparison.Ordinal) == true), runner.WaitAsync());
        Assert.Contains("the old side is held back by transaction 'for ever'", (await live.Folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
        // It keeps nothing from being switched: what it holds is not of this database.
        await live.GoOnAsync();
        (await runner.WaitAsync()).MustBe(0);
        await elsewhere.ExecuteAsync("ROLLBACK PREPARED 'for ever'");
        Assert.Null((await HeldByAsync(live.Folder))[1]);
    }

    [Fact]
    [Trait("Hazard", "21")]
    public async Task A_writer_that_comes_to_the_new_side_before_its_time_is_refused_whoever_it_is()
    {
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await (await servers.DefaultAsync()).CreateDatabaseAsync(Token), held: true);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        foreach (var (statement, superuser) in ((string, bool)[])
        [
            ("INSERT INTO bank.accounts VALUES (99, 0)", false), ("UPDATE bank.accounts SET balance = 0", false), ("TRUNCATE bank.receipts", false), ("DELETE FROM bank.receipts", true),
            ("SET session_replication_role = replica; DELETE FROM bank.accounts", true),
        ])
        {
            Assert.Equal("25006", (await Assert.ThrowsAsync<PostgresException>(() => live.Folder.Target.ExecuteAsync(statement, superuser))).SqlState);
        }
        await live.Source.ExecuteAsync("INSERT INTO bank.receipts VALUES ('in time', 1, 2)");
        await live.GoOnAsync();
        (await runner.WaitAsync()).MustBe(0);
        await live.Folder.Target.ExecuteAsync("INSERT INTO bank.receipts VALUES ('after', 1, 2)");
        Assert.Equal(["after", "in time"], (await live.ReceiptsAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(Bank.Accounts * 1000, await live.TotalAsync());
    }

    [Theory, InlineData(true), InlineData(false)]
    [Trait("Hazard", "9")]
    public async Task A_policy_that_would_hide_rows_from_the_move_pauses_it_and_nobody_is_switched(bool atOld)
    {
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await (await servers.DefaultAsync()).CreateDatabaseAsync(Token), held: true);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        var place = atOld ? live.Source : live.Folder.Target;
        await place.ExecuteAsync("ALTER TABLE bank.accounts ENABLE ROW LEVEL SECURITY; ALTER TABLE bank.accounts FORCE ROW LEVEL SECURITY; CREATE POLICY few ON bank.accounts USING (id < 5) WITH CHECK (true)", superuser: true);
        await live.Source.ExecuteAsync("UPDATE bank.accounts SET balance = balance - 1 WHERE id > 5; UPDATE bank.accounts SET balance = balance - 1 WHERE id = 1", superuser: true);
        await live.GoOnAsync();
        var paused = (await runner.WaitAsync()).MustBe(5);
        Assert.Contains("row-level security", paused.Output + paused.Error, StringComparison.Ordinal);
        Assert.Contains("old postgres", (await live.Folder.RunAsync("endpoint")).MustBe(0).Output, StringComparison.Ordinal);
        await place.ExecuteAsync("DROP POLICY few ON bank.accounts; ALTER TABLE bank.accounts NO FORCE ROW LEVEL SECURITY; ALTER TABLE bank.accounts DISABLE ROW LEVEL SECURITY", superuser: true);
        (await live.Folder.RunAsync("resume")).MustBe(0);
        Assert.Equal((Bank.Accounts * 1000) - Bank.Accounts + 4, await live.TotalAsync());
    }

    /// <summary>Of the old side and the new.</summary>
    private static async Task<string?[]> HeldByAsync(RunbookFolder folder)
    {
        var live = (await folder.JsonAsync(0, "status")).GetProperty("live")[0];
        return [Text(live, "oldHeldBy"), Text(live, "newHeldBy")];
    }

    private static string? Text(JsonElement live, string name) => live.TryGetProperty(name, out var text) ? text.GetString() : null;
}
