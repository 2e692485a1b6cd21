using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>What comes back, what is kept, and what is on record of it.</summary>
public sealed class RestoreTests(PostgresServers servers)
{
    private const string Stages = """
          expand:
            steps:
              - {id: one, sql: one.sql}
          contract:
            steps: [{wait: 0s}]
        """;

    [Fact]
    public async Task A_database_that_holds_something_is_replaced_for_a_reason_only_and_kept()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.CreateAsync();
        await folder.Target.ExecuteAsync("DELETE FROM public.people WHERE id <= 500");
        Assert.Contains("GW1809", (await folder.RunAsync("backup", "restore")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Equal(1500, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        // An application that comes back at once, whatever becomes of its sessions.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var busy = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people, pg_sleep(0.05)");
                }
                catch (Npgsql.NpgsqlException)
                {
                    // Ended, or the database was between two names.
                    continue;
                }
            }
        }, stop.Token);
        var restored = await folder.JsonAsync(0, "backup", "restore", "--replace", "rows were deleted by mistake");
        await stop.CancelAsync();
        await Task.WhenAny(busy);
        Assert.Equal(2000, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        var former = restored.GetProperty("former").GetString()!;
        var kept = new TestDatabase(folder.Target.Server, former);
        Assert.Equal(1500, await kept.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        // Those of other tests of this server come and go; what is left behind stays.
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_database WHERE datname LIKE 'godwit_restore%'") == 0);
        folder.MustBeTidy();
    }

    [Fact]
    public async Task A_run_that_goes_back_with_its_database_is_on_record_outside_and_in_its_journal()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Runbook(Stages).Sql("one.sql", "CREATE TABLE public.one (i int)", "DROP TABLE public.one");
        (await folder.RunAsync("run")).MustBe(0);
        var before = await folder.Target.ScalarAsync<Guid>("SELECT id FROM godwit.incarnation");
        await folder.CreateAsync();
        (await folder.RunAsync("rollback")).MustBe(6);
        var end = await folder.Target.ScalarAsync<long>("SELECT max(sequence) FROM godwit.journal");
        (await folder.RunAsync("backup", "restore", "--replace", "the rollback was a mistake")).MustBe(0);
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT to_regclass('public.one') IS NOT NULL"));
        Assert.NotEqual(before, await folder.Target.ScalarAsync<Guid>("SELECT id FROM godwit.incarnation"));
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'fork'"));
        (await folder.RunAsync("journal", "verify", "--to", folder.Target.Url)).MustBe(0);
        using var decision = JsonDocument.Parse(await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(folder.In("home/restores"))), TestContext.Current.CancellationToken));
        Assert.StartsWith($"{end}:", decision.RootElement.GetProperty("heads").EnumerateObject().Single().Value.GetProperty("head").GetString(), StringComparison.Ordinal);
        // The run is what it was at the time of the backup, and goes on.
        Assert.Equal("complete", (await folder.JsonAsync(0, "status")).GetProperty("state").GetString());
        (await folder.RunAsync("finish", "--early", "a test does not wait a week")).MustBe(0);
        (await folder.RunAsync("journal", "verify", "--to", folder.Target.Url)).MustBe(0);
    }

    [Fact]
    public async Task What_was_erased_since_is_erased_again_before_the_database_opens()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.CreateAsync();
        folder.Runbook(backups: "  replay:\n    - sql: DELETE FROM people WHERE id = 7\n    - command: {run: [/bin/sh, -c, 'test \"$PGDATABASE\" != \"\"'], environment: {PATH: /usr/bin:/bin}}");
        (await folder.RunAsync("backup", "restore", "--replace", "a trial")).MustBe(0);
        Assert.Equal(1999, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        folder.Runbook(backups: "  replay: [{sql: DELETE FROM nobody}]");
        Assert.Contains("GW1812", (await folder.RunAsync("backup", "restore", "--replace", "a trial")).MustBe(4).Output, StringComparison.Ordinal);
        Assert.Equal(1999, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        // Those of other tests of this server come and go; what is left behind stays.
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_database WHERE datname LIKE 'godwit_restore%'") == 0);
    }

    [Fact]
    public async Task A_step_restores_into_another_database()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Environment["COPY_URL"] = folder.Target.Url + "_copy";
        folder.Runbook("  expand: {steps: [{id: save, backup: {}}, {id: copy, restore: staging}]}", sources: "{staging: {env: COPY_URL}}");
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(2000, await new TestDatabase(folder.Target.Server, folder.Target.Name + "_copy").ScalarAsync<long>("SELECT count(*) FROM public.people"));
    }

    [Fact]
    public async Task An_unverified_backup_is_not_restored()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        (await folder.RunAsync("backup", "create", "--no-verify")).MustBe(0);
        Assert.Contains("GW1813", (await folder.RunAsync("backup", "restore", "--replace", "a trial")).MustBe(1).Output, StringComparison.Ordinal);
    }
}
