using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>Steps that back up and restore, when they failed and the run goes on.</summary>
public sealed class StepsAgainTests(PostgresServers servers)
{
    [Fact]
    public async Task A_backup_that_was_not_carried_further_is_carried_when_the_run_goes_on_and_not_taken_again()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Runbook("  expand: {steps: [{id: save, backup: {verify: false}}]}", backups: "  after: {run: [/bin/sh, carry.sh], environment: {PATH: /usr/bin:/bin}}");
        await File.WriteAllTextAsync(folder.In("carry.sh"), "test -e there && test -e \"$GODWIT_BACKUP_FOLDER/manifest.json\" && echo \"$GODWIT_BACKUP\" >> carried\n", TestContext.Current.CancellationToken);
        Assert.Contains("was not carried further", (await folder.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
        // The other site still does not answer.
        Assert.Contains("was not carried further", (await folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.In("there"), "", TestContext.Current.CancellationToken);
        (await folder.RunAsync("resume")).MustBe(0);
        var taken = (await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray().Select(b => b.GetProperty("name").GetString()!);
        Assert.Equal([Assert.Single(taken)], await File.ReadAllLinesAsync(folder.In("carried"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_step_does_not_replace_the_database_that_its_run_is_in_whatever_its_address()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.CreateAsync();
        folder.Environment["COPY_URL"] = folder.Target.Url + "?application_name=another";
        folder.Runbook("  expand: {steps: [{id: copy, restore: {into: staging, replace: a trial}}]}", sources: "{staging: {env: COPY_URL}}");
        var paused = await folder.JsonAsync(5, "run");
        Assert.Equal("GW1814", paused.GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.Equal(0, await folder.Target.ScalarAsync<long>($"SELECT count(*) FROM pg_database WHERE datname LIKE '{folder.Target.Name}_before%'"));
        Assert.Contains("GW1814", (await folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);

        folder.Runbook("  expand: {steps: [{id: copy, restore: {into: staging, replace: a trial}}]}", sources: "{staging: {env: DATABASE_URL}}");
        Assert.Contains("GW1814", (await folder.RunAsync("check")).MustBe(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_role_may_not_settle_in_the_end_is_told_before_anything_is_loaded_and_the_ledger_stays_with_the_database()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Sql("one.sql", "CREATE TABLE one (id int)", "DROP TABLE one");
        folder.Runbook("  expand: {steps: [{id: one, sql: one.sql}]}\n  contract: {steps: [{wait: 0s}]}");
        (await folder.RunAsync("run")).MustBe(0);
        await folder.Target.ExecuteAsync($"ALTER ROLE postgres IN DATABASE \"{folder.Target.Name}\" SET work_mem = '8MB'", superuser: true);
        await folder.CreateAsync();
        var before = Ledger(folder);
        var refused = (await folder.RunAsync("backup", "restore", "--replace", "a trial")).MustBe(4);
        Assert.Contains("GW1810", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("restoring", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Ledger(folder));
        // Those of other tests of this server come and go; what is left behind stays.
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_database WHERE datname LIKE 'godwit_restore%'") == 0);

        // Without it the restore goes through, and the ledger follows it.
        await folder.Target.ExecuteAsync($"ALTER ROLE postgres IN DATABASE \"{folder.Target.Name}\" RESET ALL", superuser: true);
        await folder.CreateAsync();
        (await folder.RunAsync("backup", "restore", "--replace", "a trial")).MustBe(0);
        Assert.Equal(await folder.Target.ScalarAsync<string>("SELECT oid::text FROM pg_database WHERE datname = current_database()"), Ledger(folder));
    }

    /// <summary>The database, by its oid, of which this machine's ledger speaks last.</summary>
    private static string Ledger(BackupFolder folder)
    {
        var line = File.ReadLines(Assert.Single(Directory.GetFiles(folder.In("home/ledgers")))).Last();
        using var entry = JsonDocument.Parse(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        return entry.RootElement.GetProperty("database").GetString()!;
    }
}
