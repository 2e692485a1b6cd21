using System.Diagnostics;
using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A target that is restored to an earlier moment in the middle of a run: the ledger outside of it tells.</summary>
[Trait("Hazard", "5")]
public sealed class RewoundTargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restored_target_pauses_the_run_until_somebody_accepts_it_and_what_was_lost_is_done_again()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        (await folder.RunAsync("run")).MustBe(5);
        using var backup = await BackUpAsync(server);
        Touch(folder, "go1");
        (await folder.RunAsync("resume")).MustBe(5);
        var lost = await folder.Target.ScalarAsync<long>("SELECT max(sequence) FROM godwit.journal");
        await RestoreAsync(server, backup);
        var kept = await folder.Target.ScalarAsync<long>("SELECT max(sequence) FROM godwit.journal");
        Touch(folder, "go2");

        foreach (var command in new[] { "resume", "rollback", "finish", "run" })
        {
            var paused = await folder.JsonAsync(5, command);
            Assert.Equal("paused", paused.GetProperty("outcome").GetString());
            var message = Finding(paused, "GW1790");
            Assert.Contains($"entries {kept + 1} to {lost} are gone", message, StringComparison.Ordinal);
            Assert.Contains("three (Verified)", message, StringComparison.Ordinal);
        }
        Assert.Contains("went back", Finding(await folder.JsonAsync(0, "status"), "GW1790"), StringComparison.Ordinal);
        Assert.Equal(kept, await folder.Target.ScalarAsync<long>("SELECT max(sequence) FROM godwit.journal"));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 'three'"));

        (await folder.RunAsync("resume", "--accept-rewind", "the disk was restored")).MustBe(0);
        Assert.Equal(3, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename IN ('one', 'three', 'five')"));
        Assert.Equal("fork,rewind-accepted,run-resumed,rewind-verified", await folder.Target.ScalarAsync<string>($"SELECT string_agg(kind, ',' ORDER BY sequence) FROM godwit.journal WHERE sequence BETWEEN {kept + 1} AND {kept + 4}"));
        (await VerifyAsync(folder)).MustBe(0);
        (await folder.RunAsync("rollback")).MustBe(6);

        // Whoever does not know the key that attests the fork has nobody's word for it.
        folder.Environment["GODWIT_HOME"] = folder.In("stranger");
        (await VerifyAsync(folder)).MustBe(3);
    }

    [Fact]
    public async Task A_run_on_a_restored_target_is_given_up_once_somebody_accepts_what_is_lost()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        (await folder.RunAsync("run")).MustBe(5);
        using var backup = await BackUpAsync(server);
        Touch(folder, "go1");
        (await folder.RunAsync("resume")).MustBe(5);
        await RestoreAsync(server, backup);
        Assert.Contains("are gone", Finding(await folder.JsonAsync(5, "abort"), "GW1790"), StringComparison.Ordinal);
        (await folder.RunAsync("abort", "--accept-rewind", "we begin anew")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'rewind-accepted'"));
        Assert.Equal("Aborted", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.runs"));
        (await VerifyAsync(folder)).MustBe(0);
    }

    [Fact]
    public async Task A_target_from_before_the_run_is_told_too_and_a_new_run_puts_it_on_record()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        using var backup = await BackUpAsync(server);
        Touch(folder, "go1");
        (await folder.RunAsync("run")).MustBe(5);
        await RestoreAsync(server, backup);
        foreach (var command in new[] { "resume", "status", "run" }) Assert.Contains("has nothing of it", Finding(await folder.JsonAsync(5, command), "GW1790"), StringComparison.Ordinal);
        Assert.False(await folder.Target.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.runs)"));
        Touch(folder, "go2");
        (await folder.RunAsync("run", "--accept-rewind", "restored")).MustBe(0);
        (await VerifyAsync(folder)).MustBe(0);
        Assert.DoesNotContain("GW1790", (await folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_restore_a_step_that_is_not_there_stops_the_run()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        (await folder.RunAsync("run")).MustBe(5);
        using var backup = await BackUpAsync(server);
        Touch(folder, "go1");
        (await folder.RunAsync("resume")).MustBe(5);
        await RestoreAsync(server, backup);
        await folder.Target.ExecuteAsync("DELETE FROM public.one");
        var differs = await folder.JsonAsync(3, "resume", "--accept-rewind", "restored");
        Assert.Contains("step one", Finding(differs, "GW1793"), StringComparison.Ordinal);
        Finding(await folder.JsonAsync(3, "resume"), "GW1793");
        await folder.Target.ExecuteAsync("INSERT INTO public.one VALUES (1)");
        Touch(folder, "go2");
        (await folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task What_one_machine_accepted_another_one_takes_from_the_record()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        (await folder.RunAsync("run")).MustBe(5);
        using var backup = await BackUpAsync(server);
        Touch(folder, "go1");
        (await folder.RunAsync("resume")).MustBe(5);
        await RestoreAsync(server, backup);
        var home = folder.Environment["GODWIT_HOME"]!;
        await CopyAsync(home, folder.In("other"));
        folder.Environment["GODWIT_HOME"] = folder.In("other");
        (await folder.RunAsync("resume", "--accept-rewind", "restored")).MustBe(5);
        folder.Environment["GODWIT_HOME"] = home;
        Touch(folder, "go2");
        var resumed = (await folder.RunAsync("resume")).MustBe(0);
        Assert.Contains("that is accepted, on record", resumed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_is_cut_edited_and_removed()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        (await folder.RunAsync("run")).MustBe(5);
        var ledger = Assert.Single(Directory.GetFiles(System.IO.Path.Combine(folder.Environment["GODWIT_HOME"]!, "ledgers")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ledger));
        var text = await File.ReadAllTextAsync(ledger, Token);
        // The first line is from before the target's first change: nothing of Godwit's was there.
        Assert.Matches("\"incarnation\":null,\"head\":\"0:", text.Split('\n')[0]);

        // A line that was being written when its runner was killed counts for nothing, and so does the loss of the last: the target has more.
        await File.WriteAllTextAsync(ledger, text[..^20], Token);
        (await folder.RunAsync("resume")).MustBe(5);
        Assert.All((await File.ReadAllLinesAsync(ledger, Token)).Skip(1), l => Assert.StartsWith("{\"run\":", l[65..], StringComparison.Ordinal));

        await File.WriteAllTextAsync(ledger, text.Replace("Verified", "Verifies", StringComparison.Ordinal), Token);
        var before = await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal");
        Finding(await folder.JsonAsync(1, "resume"), "GW1791");
        Finding(await folder.JsonAsync(0, "status"), "GW1791");
        Assert.Equal(before, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal"));

        File.Delete(ledger);
        Touch(folder, "go1");
        Touch(folder, "go2");
        Assert.Contains("This machine has no ledger of run", (await folder.RunAsync("resume")).MustBe(0).Error, StringComparison.Ordinal);
        Assert.True(File.Exists(ledger));
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_written_refuses_the_run_before_anything_is_changed()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await StagesAsync(server);
        Directory.CreateDirectory(folder.Environment["GODWIT_HOME"]!);
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder.Environment["GODWIT_HOME"]!, "ledgers"), "in the way", Token);
        Finding(await folder.JsonAsync(1, "run"), "GW1792");
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.runs') IS NULL"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task Commits_that_do_not_wait_for_the_disk_never_leave_the_target_behind_its_ledger()
    {
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, durable: true, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_writer_delay"] = "10s", ["synchronous_commit"] = "off" }, cancellationToken: Token);
        using var folder = await RunbookFolder.PrepareAsync(server);
        const int steps = 40;
        var text = new System.Text.StringBuilder("  expand:\n    steps:\n      - sql: log.sql\n");
        folder.Sql("log.sql", "CREATE TABLE log (step int)", "DROP TABLE log");
        for (var i = 0; i < steps; i++)
        {
            folder.Sql($"s{i}.sql", $"INSERT INTO log VALUES ({i}); SELECT pg_sleep(0.02); SET LOCAL synchronous_commit = off", $"DELETE FROM log WHERE step = {i}");
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"      - sql: s{i}.sql\n");
        }
        folder.Runbook(text.ToString());
        var command = "run";
        foreach (var rows in new[] { 5, 15, 25 })
        {
            var run = folder.RunAsync(command);
            while (!run.IsCompleted && !await HasRowsAsync(folder, rows)) await Task.Delay(10, Token);
            await server.KillAsync(Token);
            var broken = await run;
            Assert.True(broken.ExitCode is 4, broken.Output + broken.Error);
            await server.StartAsync(Token);
            command = "resume";
        }
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(steps, await folder.Target.ScalarAsync<long>("SELECT count(DISTINCT step) FROM public.log"));
        Assert.Equal(steps, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log"));
    }

    private static async Task<bool> HasRowsAsync(RunbookFolder folder, int rows) =>
        await folder.Target.ScalarAsync<bool>("SELECT to_regclass('public.log') IS NOT NULL") && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log") >= rows;

    private static async Task<RunbookFolder> StagesAsync(PostgresServer server) => (await RunbookFolder.PrepareAsync(server)).Runbook("""
          expand:
            steps:
              - id: one
                sql: {up: one.sql, verify: [{query: SELECT count(*) FROM one, expect: 1}]}
              - {id: two, command: {run: [/usr/bin/test, -e, go1], undo: {run: [/bin/true]}}}
              - {id: three, sql: three.sql}
              - {id: four, command: {run: [/usr/bin/test, -e, go2], undo: {run: [/bin/true]}}}
              - {id: five, sql: five.sql}
          contract:
            steps:
              - wait: 0s
        """)
        .Sql("one.sql", "CREATE TABLE one (id bigint); INSERT INTO one VALUES (1)", "DROP TABLE one")
        .Sql("three.sql", "CREATE TABLE three (id bigint)", "DROP TABLE three")
        .Sql("five.sql", "CREATE TABLE five (id bigint)", "DROP TABLE five");

    private static void Touch(RunbookFolder folder, string name) => File.WriteAllText(folder.In(name), "");

    private static Task<Outcome> VerifyAsync(RunbookFolder folder) => GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url]);

    private static string Finding(JsonElement document, string code) =>
        Assert.Single(document.GetProperty("findings").EnumerateArray(), f => f.GetProperty("code").GetString() == code).GetProperty("message").GetString()!;

    /// <summary>A copy of the data folder, the server stopped: what a snapshot of the disk is.</summary>
    private static async Task<CopiedFolder> BackUpAsync(PostgresServer server)
    {
        var copy = new CopiedFolder(server.DataFolder + ".copy");
        await server.StopAsync(Token);
        await CopyAsync(server.DataFolder, copy.Path);
        await server.StartAsync(Token);
        return copy;
    }

    private static async Task RestoreAsync(PostgresServer server, CopiedFolder copy)
    {
        await server.StopAsync(Token);
        Directory.Delete(server.DataFolder, recursive: true);
        await CopyAsync(copy.Path, server.DataFolder);
        await server.StartAsync(Token);
    }

    private static async Task CopyAsync(string from, string to)
    {
        using var copy = Process.Start(new ProcessStartInfo("/bin/cp", ["-a", from, to]) { WorkingDirectory = "/" })!;
        await copy.WaitForExitAsync(Token);
        Assert.Equal(0, copy.ExitCode);
    }

    private sealed class CopiedFolder(string path) : IDisposable
    {
        public string Path => path;

        public void Dispose()
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
    }
}
