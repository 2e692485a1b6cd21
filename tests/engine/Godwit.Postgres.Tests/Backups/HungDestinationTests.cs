using Godwit.Engine.Backups;
using Godwit.Security.Encryption;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>A destination whose file system takes nothing and says nothing.</summary>
public sealed class HungDestinationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-hung-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_destination_that_hangs_is_given_up_in_its_time_and_the_other_is_whole(bool midway)
    {
        using var key = EncryptionKey.Create();
        using var hung = FreezingFileSystem.Mount(32);
        var name = BackupStore.NameOf(TimeProvider.System.GetUtcNow());
        var whole = Path.Combine(_folder, "whole");
        if (!midway) hung.Freeze();
        await using (var writer = new BackupWriter([hung.Folder, whole], name, Guid.NewGuid(), key, TimeSpan.FromSeconds(1), TimeProvider.System))
        {
            await writer.AddAsync("one", Noise(1), Token);
            if (midway) hung.Freeze();
            // More than is kept for one that is slow.
            await writer.AddAsync("two", Noise(8), Token);
            var written = await writer.FinishAsync("{}"u8.ToArray());
            Assert.Equal([whole], written.Written);
            Assert.Equal((hung.Folder, "it did not take anything for 1 s"), Assert.Single(written.Failed));
            Assert.Equal(["manifest.json", "one.sealed", "two.sealed"], Directory.GetFiles(Path.Combine(whole, name)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            hung.Thaw();
        }
        // Now that it answers again, nothing there is a backup.
        Assert.False(File.Exists(Path.Combine(hung.Folder, name, BackupStore.ManifestFile)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static MemoryStream Noise(int megabytes)
    {
        var bytes = new byte[megabytes * 1024 * 1024];
        new Random(1).NextBytes(bytes);
        return new MemoryStream(bytes);
    }
}
