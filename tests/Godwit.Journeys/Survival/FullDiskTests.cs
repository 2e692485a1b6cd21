using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>The target's disk fills up under a move, data and log alike, until somebody makes room.</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 220;

    private static readonly Dictionary<string, string> SmallLog = new(StringComparer.Ordinal) { ["min_wal_size"] = "32MB", ["max_wal_size"] = "32MB", ["wal_recycle"] = "off" };

    [Theory]
    [InlineData(11, Stage.Copy, 2)]
    [InlineData(12, Stage.Copy, 20)]
    [InlineData(13, Stage.Index, 3)]
    public async Task A_full_disk_stops_a_move_that_goes_on_once_there_is_room(int seed, object stage, int done)
    {
        using var disk = SmallFileSystem.Mount(Megabytes);
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, home: disk.Folder, settings: SmallLog, cancellationToken: TestContext.Current.CancellationToken);
        await using var expedition = await Expedition.BeginAsync(server, seed);
        await using (var mover = await expedition.GoOnAsync())
        {
            Assert.True(await expedition.Watch.FreezeAtAsync(mover, new Place((Stage)stage, done)), mover.Output);
            await expedition.Watch.ForgetAsync();
            using (disk.Fill(leaveBytes: 128 * 1024))
            {
                mover.Thaw();
                await mover.EndAsync();
            }
            Assert.True(mover.ExitCode == 4, $"ended {mover.ExitCode}\n{mover.Output}");
            Assert.Contains("godwit resume", mover.Output, StringComparison.Ordinal);
        }
        // A server whose log finds no room goes down; somebody starts it again.
        await server.StartAsync(TestContext.Current.CancellationToken);
        await expedition.FinishAsync();
    }
}
