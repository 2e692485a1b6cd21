using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>A run goes on only behind a backup that it could come back to.</summary>
public sealed class BackupGateTests(PostgresServers servers)
{
    private const string Guarded = """
          expand:
            gates: [{backup: {max_age: 1h}}]
            steps: [{sql: one.sql}]
        """;

    [Fact]
    public async Task A_step_takes_the_backup_that_the_next_phases_gate_asks_for()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Runbook("""
              expand:
                steps: [{id: save, backup: {}}]
              backfill:
                gates: [{backup: {}}]
                steps: [{sql: one.sql}]
              contract: {steps: [{wait: 0s}]}
            """).Sql("one.sql", "CREATE TABLE public.one (i int)", "DROP TABLE public.one");
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.gates WHERE state = 'Pass' AND evidence ->> 'restore takes about' IS NOT NULL AND evidence ->> 'backup' IS NOT NULL"));
        // What a run relies on stays for as long as it is not over.
        await folder.CreateAsync();
        var kept = await folder.JsonAsync(0, "backup", "prune", "--keep", "0s");
        Assert.Contains(kept.GetProperty("backups").EnumerateArray(), b => b.TryGetProperty("kept", out var why) && why.GetString() == "an unfinished run relies on it");
        folder.MustBeTidy();
    }

    [Fact]
    public async Task The_gate_is_closed_without_one_and_says_why()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Runbook(Guarded).Sql("one.sql", "CREATE TABLE public.one (i int)", "DROP TABLE public.one");
        Assert.Contains("there is no backup", (await folder.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
        var name = (await folder.JsonAsync(0, "backup", "create", "--no-verify")).GetProperty("backups")[0].GetProperty("name").GetString()!;
        Assert.Contains("is not verified", (await folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        (await folder.RunAsync("backup", "verify", name)).MustBe(0);
        Directory.Move(Path.Combine(folder.Second, name), folder.In("aside"));
        Assert.Contains("it is not at", (await folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        Directory.Move(folder.In("aside"), Path.Combine(folder.Second, name));
        var file = Directory.GetFiles(Path.Combine(folder.First, name), "*.sealed")[0];
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Assert.Contains("SHA-256 differs", (await folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        (await folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task The_backup_of_another_database_or_of_another_time_does_not_open_it()
    {
        using var other = await BackupFolder.PrepareAsync(servers);
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Runbook(Guarded).Sql("one.sql", "CREATE TABLE public.one (i int)", "DROP TABLE public.one");
        (await folder.RunAsync("backup", "create", "--target", other.Target.Url)).MustBe(0);
        Assert.Contains("none of the 1 backups is of this database", (await folder.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);
        folder.Runbook(Guarded.Replace("1h", "1s", StringComparison.Ordinal));
        await folder.CreateAsync();
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        Assert.Contains("old, and 1s is allowed", (await folder.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
    }
}
