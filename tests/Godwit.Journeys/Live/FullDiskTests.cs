using Godwit.Journeys.Runbooks;
using Godwit.Postgres.Clusters;
using Godwit.Sqlite.Native;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>The disk of either side fills up under a live move: nobody is taken anywhere, nothing that was acknowledged is lost, and once there is room it goes on.</summary>
public sealed class FullDiskTests(PostgresServers servers)
{
    private static readonly Dictionary<string, string> s_smallLog = new(StringComparer.Ordinal) { ["min_wal_size"] = "32MB", ["max_wal_size"] = "32MB", ["wal_recycle"] = "off" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, InlineData(true), InlineData(false, Traits = ["Category", "Soak"])]
    public async Task A_full_tablespace_at_either_side_holds_the_switch_until_there_is_room(bool atOld)
    {
        using var disk = SmallFileSystem.Mount(megabytes: 64);
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        var (folder, old) = (await RunbookFolder.PrepareAsync(server), await server.CreateDatabaseAsync(Token));
        var full = atOld ? old : folder.Target;
        await PutAsync(full, disk);
        using var live = await PostgresLiveFolder.PrepareAsync(folder, old, held: true);
        await full.ExecuteAsync("CREATE TABLE public.filler(a text)");
        await using var bank = new Bank(() => PostgresBankSide.OpenAsync(live.Source, live.From), () => PostgresBankSide.OpenAsync(live.Folder.Target, live.To)) { Follows = true, IsPatient = true };
        bank.Open(2);
        await bank.MoreAsync(20);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        await bank.MoreAsync(20);
        using (disk.Fill(leaveBytes: 0))
        {
            // What pages that are there have left, too.
            await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                while (true) await full.ExecuteAsync("INSERT INTO public.filler SELECT repeat('x', 1000) FROM generate_series(1, 50)");
            });
            await live.Folder.Target.ExecuteAsync("UPDATE public.held SET go = true");
            var outcome = await runner.WaitAsync();
            Assert.InRange(outcome.ExitCode, 4, 5);
            Assert.Contains("No space left on device", outcome.Output + outcome.Error, StringComparison.Ordinal);
            Assert.Equal("Old", await live.Folder.Target.ScalarAsync<string>("SELECT side FROM godwit.live_moves"));
        }
        await bank.MoreAsync(20);
        await live.GoOnAsync();
        (await live.Folder.RunAsync("resume")).MustBe(0);
        await bank.MoreAsync(20);
        await bank.CloseAsync();
        Assert.Equal(Godwit.Engine.Live.LiveSide.New, bank.Endpoint);
        bank.MustHold(await live.ReceiptsAsync(), await live.TotalAsync());
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task An_old_server_that_a_full_disk_brings_down_is_gone_on_with_once_there_is_room()
    {
        using var disk = SmallFileSystem.Mount(megabytes: 220);
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, home: disk.Folder, settings: s_smallLog, cancellationToken: Token);
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await server.CreateDatabaseAsync(Token), held: true);
        await using var bank = new Bank(() => PostgresBankSide.OpenAsync(live.Source, live.From), () => PostgresBankSide.OpenAsync(live.Folder.Target, live.To)) { Follows = true, IsPatient = true };
        bank.Open(2);
        await bank.MoreAsync(20);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        await bank.MoreAsync(20);
        using (disk.Fill(leaveBytes: 128 * 1024))
        {
            // Until the log finds no room either.
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await live.Source.ExecuteAsync("CREATE TABLE public.filler(a text)");
                while (true) await live.Source.ExecuteAsync("INSERT INTO public.filler SELECT repeat('x', 1000) FROM generate_series(1, 500)");
            });
            await live.GoOnAsync();
            Assert.InRange((await runner.WaitAsync()).ExitCode, 4, 5);
        }
        await server.StartAsync(Token);
        await bank.MoreAsync(20);
        (await live.Folder.RunAsync("resume")).MustBe(0);
        await bank.MoreAsync(20);
        await bank.CloseAsync();
        bank.MustHold(await live.ReceiptsAsync(), await live.TotalAsync());
    }

    [Fact]
    public async Task A_full_disk_under_a_SQLite_source_holds_the_switch_until_there_is_room()
    {
        using var disk = SmallFileSystem.Mount(megabytes: 16);
        using var folder = await RunbookFolder.PrepareAsync(servers);
        var file = Path.Combine(disk.Folder, "app.sqlite");
        using var application = SqliteConnection.OpenForWriting(file);
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        foreach (var statement in Bank.Schema) application.Execute(statement);
        await folder.Target.ExecuteAsync("CREATE TABLE public.held(go boolean); INSERT INTO public.held VALUES (false)");
        folder.Runbook(
            """
              backfill:
                steps:
                  - {id: bank, move: {source: old, schema: app, live: true}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM public.held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: {move: bank, limit: 3s, tries: 1}}
            """, sources: $"{{old: {{path: {file}}}}}");
        using var runner = folder.Start("run");
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.live_moves') IS NOT NULL") && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE id = 'held' AND state = 'Applying'") == 1, runner.WaitAsync());
        var written = 0;
        using (disk.Fill(leaveBytes: 0))
        {
            // A write-ahead log has some room of its own left.
            Assert.Contains("full", Assert.Throws<SqliteException>(FillUp).Message, StringComparison.Ordinal);
            await folder.Target.ExecuteAsync("UPDATE public.held SET go = true");
            var outcome = (await runner.WaitAsync()).MustBe(5);
            Assert.Contains("full", outcome.Output + outcome.Error, StringComparison.Ordinal);
            Assert.Contains("old sqlite:", (await folder.RunAsync("endpoint")).MustBe(0).Output, StringComparison.Ordinal);
        }
        // The one that failed was not acknowledged.
        application.Execute($"INSERT INTO receipts VALUES ('r{written - 1}', 1, 2)");
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(written, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM app.receipts"));
        Assert.Contains("has moved", Assert.Throws<SqliteException>(() => application.Execute("DELETE FROM receipts")).Message, StringComparison.Ordinal);

        void FillUp()
        {
            while (true) application.Execute($"INSERT INTO receipts VALUES ('r{written++}', 1, 2)");
        }
    }

    /// <summary>The database, and whatever is made in it, on the small disk; the server's own log stays where it is.</summary>
    private static async Task PutAsync(TestDatabase database, SmallFileSystem disk)
    {
        var place = Directory.CreateDirectory(Path.Combine(disk.Folder, "space")).FullName;
        ServerAccount.Current().Own(place);
        var keeper = new TestDatabase(database.Server, "postgres");
        await keeper.ExecuteAsync($"CREATE TABLESPACE small LOCATION '{place}'", superuser: true);
        await keeper.ExecuteAsync($"ALTER DATABASE {database.Name} SET TABLESPACE small", superuser: true);
    }
}
