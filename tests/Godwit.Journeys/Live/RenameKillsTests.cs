using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>A runner that is killed wherever an exchange of names stands leaves the old tables in their place or the new ones, open, and never both or none once another resumes.</summary>
public sealed class RenameKillsTests(PostgresServers servers)
{
    private const string Open = """
        SELECT string_agg(c.relnamespace::regnamespace || '.' || c.relname, ' ' ORDER BY 1) FROM pg_class c
        WHERE c.relname = 'receipts' AND c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'aa_godwit_fence' AND t.tgenabled <> 'D')
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Before the exchange: the old tables are closed, and somebody reads one of them, so that they are waited for.</summary>
    [Fact]
    [Trait("Category", "Soak")]
    public async Task Killed_while_it_waits_for_a_reader_it_has_exchanged_nothing()
    {
        using var rename = await RenameFolder.PrepareAsync(servers, held: true);
        await using var tellers = rename.Writers();
        tellers.Open(2);
        using var runner = await HeldAsync(rename);
        await using var reader = await ReadingAsync(rename);
        await rename.GoOnAsync();
        await WaitsAsync(rename, "relation");
        runner.Kill();
        await runner.WaitAsync();
        await reader.DisposeAsync();
        await ResumeAsync(rename, tellers);
    }

    /// <summary>It has used none of the tables yet, holds none of their locks, and would read in the new ones what was there when it began.</summary>
    [Fact]
    public async Task A_transaction_that_reads_an_older_state_is_waited_for()
    {
        using var rename = await RenameFolder.PrepareAsync(servers, held: true);
        await using var reader = await rename.Database.OpenAsync(cancellationToken: Token);
        await using (var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class", reader)) await begin.ExecuteNonQueryAsync(Token);
        using var runner = await HeldAsync(rename);
        await rename.GoOnAsync();
        await Patience.UntilAsync(() => rename.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'bank.accounts'::regclass AND tgname = 'aa_godwit_fence' AND tgenabled = 'A')"));
        await using (var read = new NpgsqlCommand("SELECT count(*) FROM bank.accounts", reader)) Assert.Equal(20L, await read.ExecuteScalarAsync(Token));
        Assert.False(await rename.Database.ScalarAsync<bool>("SELECT exchanged FROM godwit.live_moves"));
        await using (var end = new NpgsqlCommand("COMMIT", reader)) await end.ExecuteNonQueryAsync(Token);
        (await runner.WaitAsync()).MustBe(0);
        Assert.True(await rename.Database.ScalarAsync<bool>("SELECT exchanged FROM godwit.live_moves"));
    }

    /// <summary>In its transaction, when all have changed places in it.</summary>
    [Fact]
    public Task Killed_before_its_commit_it_has_exchanged_nothing() => KilledAtAsync("DROP SCHEMA");

    [Theory, InlineData("CREATE SCHEMA"), InlineData("ALTER TABLE"), InlineData("GRANT")]
    [Trait("Category", "Soak")]
    public Task Killed_in_the_midst_of_it_it_has_exchanged_nothing(string tag) => KilledAtAsync(tag);

    /// <param name="tag">The first command after which it stands still, with all its locks.</param>
    private async Task KilledAtAsync(string tag)
    {
        using var rename = await RenameFolder.PrepareAsync(servers, held: true);
        await using var tellers = rename.Writers();
        tellers.Open(2);
        using var runner = await HeldAsync(rename);
        await rename.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION public.stall() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); END $$;
            CREATE EVENT TRIGGER stall ON ddl_command_end WHEN TAG IN ('{tag}') EXECUTE FUNCTION public.stall();
            """, superuser: true);
        await KillAsync(rename, runner);
        await rename.Database.ExecuteAsync("DROP EVENT TRIGGER stall", superuser: true);
        await ResumeAsync(rename, tellers);
    }

    /// <summary>After its commit, before anything else says so.</summary>
    [Fact]
    public async Task Killed_right_after_it_it_goes_on_with_the_new_tables()
    {
        using var rename = await RenameFolder.PrepareAsync(servers, held: true);
        await using var tellers = rename.Writers();
        tellers.Open(2);
        using var runner = await HeldAsync(rename);
        await rename.Database.ExecuteAsync(
            """
            CREATE FUNCTION public.stall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 'over' AND (SELECT bool_or(exchanged) FROM godwit.live_moves) THEN PERFORM pg_advisory_xact_lock(4711); END IF; RETURN NEW; END $$;
            CREATE TRIGGER stall BEFORE UPDATE ON godwit.steps FOR EACH ROW EXECUTE FUNCTION public.stall();
            """);
        await KillAsync(rename, runner);
        await rename.Database.ExecuteAsync("DROP TRIGGER stall ON godwit.steps");
        Assert.True(await rename.Database.ScalarAsync<bool>("SELECT exchanged FROM godwit.live_moves"));
        Assert.Equal("bank.receipts", await rename.Database.ScalarAsync<string>(Open));
        await ResumeAsync(rename, tellers);
    }

    /// <summary>Lets the runner go on until it stands still, and kills it there.</summary>
    private static async Task KillAsync(RenameFolder rename, GodwitProcess runner)
    {
        await using var stalling = await rename.Database.OpenAsync(cancellationToken: Token);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(4711)", stalling)) await take.ExecuteNonQueryAsync(Token);
        await rename.GoOnAsync();
        await WaitsAsync(rename, "advisory");
        runner.Kill();
        await runner.WaitAsync();
        await using var let = new NpgsqlCommand("SELECT pg_advisory_unlock(4711)", stalling);
        await let.ExecuteNonQueryAsync(Token);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task Runners_killed_at_any_moment_there_and_back_lose_no_write()
    {
        const int First = 1, Last = 8;
        for (var seed = First; seed <= Last; seed++)
        {
            TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
            var random = new Random(seed);
            using var rename = await RenameFolder.PrepareAsync(servers);
            await using var tellers = rename.Writers();
            tellers.Open(2);
            (await rename.Folder.RunAsync("run")).MustBe(0);
            for (var there = 0; there < 4; there++)
            {
                await RandomKills.RunAsync(rename.Folder, random, kills: 3, first: "rollback", then: "rollback", end: 6, longest: 2000);
                await tellers.MoreAsync(20);
                Assert.Equal("bank.receipts", await rename.Database.ScalarAsync<string>(Open));
                await RandomKills.RunAsync(rename.Folder, random, kills: 3, first: "run", then: "resume", end: 0, longest: 4000);
                await tellers.MoreAsync(20);
                Assert.Equal("bank.receipts", await rename.Database.ScalarAsync<string>(Open));
            }
            await tellers.CloseAsync();
            await tellers.MustHoldAsync("bank");
        }
    }

    private static async Task<GodwitProcess> HeldAsync(RenameFolder rename)
    {
        var runner = rename.Folder.Start("run");
        await Patience.UntilAsync(async () =>
            runner.HasExited || (await rename.Database.ScalarAsync<bool>("SELECT to_regclass('godwit.steps') IS NOT NULL") && await rename.Database.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE id = 'held' AND state = 'Applying'") == 1));
        Assert.False(runner.HasExited);
        return runner;
    }

    private static async Task<NpgsqlConnection> ReadingAsync(RenameFolder rename)
    {
        var reader = await rename.Database.OpenAsync(cancellationToken: Token);
        await using var read = new NpgsqlCommand("BEGIN; SELECT count(*) FROM bank.visits", reader);
        await read.ExecuteNonQueryAsync(Token);
        return reader;
    }

    /// <summary>Until the runner waits in its exchange.</summary>
    private static Task WaitsAsync(RenameFolder rename, string locked) => Patience.UntilAsync(() => rename.Database.ScalarAsync<bool>(
        $"SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND l.locktype = '{locked}' AND a.application_name LIKE 'godwit%'{(locked == "relation" ? " AND l.mode = 'AccessExclusiveLock'" : "")})"));

    private static async Task ResumeAsync(RenameFolder rename, Tellers tellers)
    {
        (await rename.Folder.RunAsync("resume")).MustBe(0);
        await tellers.MoreAsync(30);
        Assert.Equal("bank.receipts", await rename.Database.ScalarAsync<string>(Open));
        Assert.True(await rename.Database.ScalarAsync<bool>("SELECT exchanged AND side = 'New' AND towards IS NULL FROM godwit.live_moves"));
        (await rename.Folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await tellers.MoreAsync(30);
        Assert.Equal("bank.receipts", await rename.Database.ScalarAsync<string>(Open));
        await tellers.CloseAsync();
        await tellers.MustHoldAsync("bank");
    }
}
