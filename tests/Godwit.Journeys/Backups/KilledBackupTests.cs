using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>kill -9 in the middle: nothing half counts, and what it left is gone the next time.</summary>
public sealed class KilledBackupTests(PostgresServers servers)
{
    [Theory]
    [InlineData(150)]
    [InlineData(600)]
    [InlineData(1200)]
    [InlineData(2500)]
    [InlineData(4000)]
    public async Task A_backup_that_is_killed_leaves_nothing_that_the_next_does_not_remove(int milliseconds)
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync("CREATE TABLE public.noise AS SELECT md5(i::text) AS text FROM generate_series(1, 200000) i");
        using (var process = folder.Start("backup", "create"))
        {
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            if (!process.HasExited) process.Kill();
        }
        await folder.CreateAsync();
        folder.MustBeTidy();
        // What is listed is whole, the killed one's too where it came so far.
        foreach (var backup in (await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray()) (await folder.RunAsync("backup", "verify", backup.GetProperty("name").GetString()!)).MustBe(0);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1500)]
    [InlineData(3000)]
    public async Task A_restore_that_is_killed_leaves_the_database_as_it_was_or_as_the_backup_is(int milliseconds)
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.CreateAsync();
        await folder.Target.ExecuteAsync("DELETE FROM public.people WHERE id <= 500");
        using (var process = folder.Start("backup", "restore", "--replace", "a trial"))
        {
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            if (!process.HasExited) process.Kill();
        }
        Assert.Contains(await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"), (long[])[1500, 2000]);
        (await folder.RunAsync("backup", "restore", "--replace", "again")).MustBe(0);
        Assert.Equal(2000, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_database WHERE datname LIKE 'godwit_restore%'"));
        folder.MustBeTidy();
    }
}
