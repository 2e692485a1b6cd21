using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>Whole servers, to a restore point and to no other moment.</summary>
public sealed class PhysicalBackupTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_under_writers_is_backed_up_to_a_restore_point_verified_and_laid_out_again()
    {
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_level"] = "replica", ["max_wal_senders"] = "10" }, cancellationToken: Token);
        using var folder = await BackupFolder.PrepareAsync(server);
        folder.AsSuperuser();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writer = Task.Run(async () =>
        {
            await using var connection = await folder.Target.OpenAsync();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await using var command = new Npgsql.NpgsqlCommand($"INSERT INTO public.people (name) VALUES ('w{i}'); UPDATE public.people SET name = name || 'x' WHERE id = {i % 2000 + 1}", connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }, Token);
        var made = await folder.JsonAsync(0, "backup", "create", "--method", "physical");
        await stop.CancelAsync();
        await writer;
        Assert.Equal("verified", made.GetProperty("outcome").GetString());
        Assert.Contains(made.GetProperty("checks").EnumerateArray(), c => c.GetProperty("name").GetString() == "restore point");
        folder.MustBeTidy();

        var missing = await folder.JsonAsync(3, "backup", "restore", "--folder", folder.In("elsewhere"), "--to-point", "there_is_none");
        Assert.Equal("GW1811", missing.GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.False(Directory.Exists(folder.In("elsewhere")) && Directory.EnumerateFileSystemEntries(folder.In("elsewhere")).Any());
        (await folder.RunAsync("backup", "restore", "--folder", folder.In("again"))).MustBe(0);
        Assert.True(File.Exists(folder.In("again/data/PG_VERSION")));
        Assert.False(File.Exists(folder.In("again/data/recovery.signal")));
        folder.MustBeTidy();
    }

    [Fact]
    public async Task Each_right_that_is_missing_is_named()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var refused = (await folder.RunAsync("backup", "create", "--method", "physical")).MustBe(1).Output;
        Assert.Contains("REPLICATION", refused, StringComparison.Ordinal);
        Assert.Contains("restore points", refused, StringComparison.Ordinal);
        Assert.Contains("logical backup needs none", refused, StringComparison.Ordinal);
    }
}
