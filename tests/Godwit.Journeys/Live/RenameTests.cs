using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>Applications that keep to the names of their tables are taken to new tables, back, and there again, and are told nothing but to try again.</summary>
public sealed class RenameTests(PostgresServers servers)
{
    private const string Traces = """
        SELECT (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace <> 'godwit'::regnamespace) + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'godwit'::regnamespace AND proname ~ '^(record|refuse)_[0-9a-f]{8}_')
             + (SELECT count(*) FROM pg_class WHERE relnamespace = 'godwit'::regnamespace AND (relname ~ '^changes_' OR relname = 'live_sources')) + (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^godwit_')
             + (SELECT count(*) FROM pg_class WHERE relname ~ '^godwit_[ab]_')
        """;

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_application_goes_on_under_the_names_that_it_knows(bool beside)
    {
        using var rename = await RenameFolder.PrepareAsync(servers, beside);
        var folder = rename.Folder;
        var before = await rename.CatalogAsync();
        var oid = await rename.Database.ScalarAsync<uint>("SELECT 'bank.receipts'::regclass::oid");
        await using var tellers = rename.Writers();
        tellers.Open(3);
        await tellers.MoreAsync(50);
        var ran = (await folder.RunAsync("run")).MustBe(0);
        TestContext.Current.TestOutputHelper!.WriteLine(ran.Output);
        await tellers.MoreAsync(50);
        Assert.NotEqual(oid, await rename.Database.ScalarAsync<uint>("SELECT 'bank.receipts'::regclass::oid"));
        var endpoint = (await folder.RunAsync("endpoint")).MustBe(0).Output;
        Assert.Contains("new postgres", endpoint, StringComparison.Ordinal);
        Assert.Contains("schema bank", endpoint, StringComparison.Ordinal);
        (await folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await tellers.MoreAsync(50);
        Assert.Equal(oid, await rename.Database.ScalarAsync<uint>("SELECT 'bank.receipts'::regclass::oid"));
        Assert.Contains("old postgres", (await folder.RunAsync("endpoint")).MustBe(0).Output, StringComparison.Ordinal);
        (await folder.RunAsync("resume")).MustBe(0);
        await tellers.MoreAsync(50);
        (await folder.RunAsync("finish", "--early", "the test is over")).MustBe(0);
        await tellers.MoreAsync(50);
        await tellers.CloseAsync();
        await tellers.MustHoldAsync("bank");
        Assert.Equal(oid, await rename.Database.ScalarAsync<uint>($"SELECT '{(beside ? "bank.receipts_v2" : "safe.receipts")}'::regclass::oid"));
        Assert.Equal(0, await rename.Database.ScalarAsync<long>(Traces));
        if (beside) await rename.Database.ExecuteAsync("DROP TABLE bank.receipts_v2, bank.accounts_v2, bank.visits_v2");
        Assert.Equal(before, await rename.CatalogAsync());
        TestContext.Current.SendDiagnosticMessage("{0} acknowledged, {1} told to try again", tellers.Acknowledged, tellers.Refused);
    }

    /// <summary>Whatever a row says of the names: what stands under the name of a table that the move has made, and is not that table, is not dropped.</summary>
    [Fact]
    public async Task A_table_that_has_come_by_the_name_of_one_that_the_move_made_is_not_dropped()
    {
        using var rename = await RenameFolder.PrepareAsync(servers);
        (await rename.Folder.RunAsync("run")).MustBe(0);
        (await rename.Folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await rename.Database.ExecuteAsync("ALTER TABLE safe.visits RENAME TO away; CREATE TABLE safe.visits(precious int)");
        var refused = await rename.Folder.RunAsync("rollback");
        Assert.NotEqual(6, refused.ExitCode);
        Assert.Contains("GW1913", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.Equal(3, await rename.Database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname IN ('receipts', 'accounts', 'visits') AND relkind = 'r' AND relnamespace = 'safe'::regnamespace"));
        await rename.Database.ExecuteAsync("DROP TABLE safe.visits; ALTER TABLE safe.away RENAME TO visits");
        (await rename.Folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(3, await rename.Database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname IN ('receipts', 'accounts', 'visits') AND relkind = 'r'"));
    }

    [Theory]
    [InlineData("CREATE VIEW bank.v AS SELECT id FROM bank.accounts", "view bank.v is bound")]
    [InlineData("CREATE PUBLICATION shown FOR TABLE bank.accounts", "publication shown is bound")]
    public async Task What_would_not_follow_the_name_is_refused_before_anything_is_copied(string statement, string named)
    {
        using var rename = await RenameFolder.PrepareAsync(servers);
        await rename.Database.ExecuteAsync(statement, superuser: true);
        var refused = await rename.Folder.RunAsync("run");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(named, refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.True(await rename.Database.ScalarAsync<bool>("SELECT to_regnamespace('safe') IS NULL"));
    }

    /// <summary>As of a copy of the database whose runbook still names the source of the one that it was made of.</summary>
    [Fact]
    public async Task Exchanged_names_are_not_looked_for_in_another_database()
    {
        using var rename = await RenameFolder.PrepareAsync(servers);
        (await rename.Folder.RunAsync("run")).MustBe(0);
        var other = await rename.Database.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await other.ExecuteAsync(Tellers.Schema("bank"));
        await rename.Database.ExecuteAsync($"UPDATE godwit.runs SET origin = replace(origin, '{rename.Database.Name}', '{other.Name}')");
        var refused = await rename.Folder.RunAsync("rollback");
        Assert.NotEqual(6, refused.ExitCode);
        Assert.Contains("GW1913", refused.Output + refused.Error, StringComparison.Ordinal);
        await rename.Database.ExecuteAsync($"UPDATE godwit.runs SET origin = replace(origin, '{other.Name}', '{rename.Database.Name}')");
        (await rename.Folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task Two_databases_have_no_names_to_exchange()
    {
        using var live = await PostgresLiveFolder.PrepareAsync(servers, oneDatabase: false);
        live.Folder.Write("runbook.yaml", (await File.ReadAllTextAsync(live.Folder.File, TestContext.Current.CancellationToken)).Replace("limit: 60s", "limit: 60s, rename: true", StringComparison.Ordinal));
        var refused = await live.Folder.RunAsync("run");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("GW1913", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.True(await live.Source.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL"));
    }

    /// <summary>Undone to its beginning after a switch, a move removes the tables that it has made, and not those that have had their names meanwhile.</summary>
    [Fact]
    public Task A_move_that_is_taken_back_drops_no_table_of_the_application() => TakenBackAsync(beside: false);

    [Fact]
    [Trait("Category", "Soak")]
    public Task A_move_beside_its_tables_that_is_taken_back_drops_no_table_of_the_application() => TakenBackAsync(beside: true);

    private async Task TakenBackAsync(bool beside)
    {
        using var rename = await RenameFolder.PrepareAsync(servers, beside);
        var before = await rename.CatalogAsync();
        var oid = await rename.Database.ScalarAsync<uint>("SELECT 'bank.accounts'::regclass::oid");
        await using var tellers = rename.Writers();
        tellers.Open(2);
        (await rename.Folder.RunAsync("run")).MustBe(0);
        await tellers.MoreAsync(50);
        (await rename.Folder.RunAsync("rollback")).MustBe(6);
        await tellers.MoreAsync(50);
        await tellers.CloseAsync();
        await tellers.MustHoldAsync("bank");
        Assert.Equal(oid, await rename.Database.ScalarAsync<uint>("SELECT 'bank.accounts'::regclass::oid"));
        Assert.Equal(before, await rename.CatalogAsync());
        Assert.Equal(0, await rename.Database.ScalarAsync<long>(Traces));
        Assert.Equal(0, await rename.Database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname ~ '_v2' OR relnamespace = to_regnamespace('safe')"));
    }
}
