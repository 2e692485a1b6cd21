using System.Diagnostics;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

[Trait("Category", "Soak")]
public sealed class BackupSoakTests
{
    [Fact]
    public async Task A_database_of_1_GB_is_restored_within_five_minutes()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: TestContext.Current.CancellationToken);
        using var folder = await BackupFolder.PrepareAsync(server);
        await folder.Target.ExecuteAsync("""
            CREATE TABLE public.events (id bigint PRIMARY KEY, at timestamptz, body text);
            INSERT INTO public.events SELECT i, now(), md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text) FROM generate_series(1, 6500000) i;
            CREATE INDEX ON public.events (at);
            """);
        Assert.True(await folder.Target.ScalarAsync<long>("SELECT pg_database_size(current_database())") > 1_000_000_000);
        var name = await folder.CreateAsync();
        var began = Stopwatch.GetTimestamp();
        (await folder.RunAsync("backup", "restore", name, "--replace", "a trial")).MustBe(0);
        var took = Stopwatch.GetElapsedTime(began);
        TestContext.Current.SendDiagnosticMessage($"restored and compared in {took.TotalSeconds:0} s");
        Assert.True(took < TimeSpan.FromMinutes(5), $"it took {took}");
    }
}
