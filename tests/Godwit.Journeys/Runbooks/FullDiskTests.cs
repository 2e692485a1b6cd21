using Godwit.Postgres.Clusters;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>The target's disk fills up under a run: it says so, nothing is half done, and once there is room it goes on.</summary>
public sealed class FullDiskTests
{
    private const int Rows = 6000;

    private const string Phases = """
          expand:
            steps:
              - {id: table, sql: table.sql}
              - {id: rows, sql: rows.sql}
          backfill:
            steps:
              - {id: fill, backfill: {from: rows, set: {copy: {sql: note || 'x'}}, min_rows: 50, max_rows: 50, pause: 2ms, empty_before: true}}
        """;

    [Fact]
    public async Task A_full_tablespace_pauses_a_run_with_its_reason()
    {
        var token = TestContext.Current.CancellationToken;
        using var disk = SmallFileSystem.Mount(megabytes: 48);
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: token);
        using var folder = await MakeAsync(server, "TABLESPACE small");
        var place = Directory.CreateDirectory(Path.Combine(disk.Folder, "space")).FullName;
        ServerAccount.Current().Own(place);
        await folder.Target.ExecuteAsync($"CREATE TABLESPACE small LOCATION '{place}'", superuser: true);
        await folder.Target.ExecuteAsync("GRANT CREATE ON TABLESPACE small TO godwit", superuser: true);

        using (disk.Fill(leaveBytes: 1024 * 1024))
        {
            AssertSaysSo((await folder.RunAsync("run")).MustBe(5).Output);
            Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.rows"));
            Assert.Equal("Pending", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.steps WHERE id = 'rows'"));
            // Nothing has changed: it says the same again.
            AssertSaysSo((await folder.RunAsync("resume")).MustBe(5).Output);
        }

        using (var runner = await FreezeInBackfillAsync(folder))
        using (disk.Fill(leaveBytes: 256 * 1024))
        {
            runner.Thaw();
            AssertSaysSo((await runner.WaitAsync()).MustBe(5).Output);
            await AssertHalfDoneAsync(folder);
        }
        (await folder.RunAsync("resume")).MustBe(0);
        await AssertDoneAsync(folder);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_server_that_a_full_disk_brings_down_is_gone_on_with_once_there_is_room()
    {
        var token = TestContext.Current.CancellationToken;
        var smallLog = new Dictionary<string, string>(StringComparer.Ordinal) { ["min_wal_size"] = "32MB", ["max_wal_size"] = "32MB", ["wal_recycle"] = "off" };
        using var disk = SmallFileSystem.Mount(megabytes: 220);
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, home: disk.Folder, settings: smallLog, cancellationToken: token);
        using var folder = await MakeAsync(server, "");
        using (var runner = await FreezeInBackfillAsync(folder))
        using (disk.Fill(leaveBytes: 128 * 1024))
        {
            runner.Thaw();
            Assert.InRange((await runner.WaitAsync()).ExitCode, 4, 5);
        }
        await server.StartAsync(token);
        await AssertHalfDoneAsync(folder);
        (await folder.RunAsync("resume")).MustBe(0);
        await AssertDoneAsync(folder);
    }

    private static void AssertSaysSo(string output) => Assert.Contains("No space left on device", output, StringComparison.Ordinal);

    private static async Task<Running.GodwitProcess> FreezeInBackfillAsync(RunbookFolder folder)
    {
        await using var watch = new RunWatch(folder.Target);
        var runner = folder.Start(await watch.HasRunAsync() ? "resume" : "run");
        Assert.True(await watch.ReachAsync(2, 20, back: false, () => runner.HasExited));
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT done FROM godwit.steps WHERE id = 'fill'") > 0, runner.WaitAsync());
        runner.Freeze();
        return runner;
    }

    private static async Task AssertHalfDoneAsync(RunbookFolder folder)
    {
        var done = await folder.Target.ScalarAsync<long>("SELECT done FROM godwit.steps WHERE id = 'fill'");
        Assert.InRange(done, 1, Rows - 1);
        Assert.Equal(done, await folder.Target.ScalarAsync<long>("SELECT count(copy) FROM public.rows"));
    }

    private static async Task AssertDoneAsync(RunbookFolder folder) =>
        Assert.Equal(Rows, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.rows WHERE copy = note || 'x'"));

    private static async Task<RunbookFolder> MakeAsync(PostgresServer server, string where) =>
        (await RunbookFolder.PrepareAsync(server)).Runbook(Phases)
            .Sql("table.sql", $"CREATE TABLE rows (id int PRIMARY KEY, note text, copy text) {where}", "DROP TABLE rows")
            // Two thousand bytes a row that do not compress.
            .Sql("rows.sql", $"INSERT INTO rows SELECT n, (SELECT string_agg(md5((n * 64 + k)::text), '') FROM generate_series(1, 62) k) FROM generate_series(1, {Rows}) n", "DELETE FROM rows");
}
