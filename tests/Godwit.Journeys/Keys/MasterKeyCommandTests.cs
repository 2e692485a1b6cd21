using Godwit.TestServers;

namespace Godwit.Journeys.Keys;

/// <summary><c>godwit keys master</c>: the key that everything hangs on, its shares, and its return.</summary>
public sealed class MasterKeyCommandTests(PostgresServers servers)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Two_of_three_shares_restore_a_lost_master_key_and_one_does_not()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        await keys.KeyAsync("create", "data");
        var shares = (await keys.JsonAsync(0, "keys", "master", "escrow", "--shares", "3", "--threshold", "2", "--out", keys.Folder.In("shares")))
            .GetProperty("files").EnumerateArray().Select(f => f.GetString()!).ToList();
        Assert.Equal(3, shares.Count);
        Assert.All(shares, s => Assert.Equal(OwnerOnly, File.GetUnixFileMode(s)));
        var secret = (await File.ReadAllTextAsync(keys.Folder.In("master.hex"), TestContext.Current.CancellationToken)).Trim();
        File.Delete(keys.Folder.In("master.hex"));
        (await keys.RunAsync("keys", "rotate", "data")).MustBe(1);

        (await keys.RunAsync("keys", "master", "restore", shares[1], "--out", keys.Folder.In("back.hex"))).MustBe(1);
        Assert.False(File.Exists(keys.Folder.In("back.hex")));
        var restored = (await keys.RunAsync("keys", "master", "restore", shares[2], shares[0], "--out", keys.Folder.In("back.hex"))).MustBe(0);
        Assert.DoesNotContain(secret[..12], restored.Output + restored.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(keys.Folder.In("back.hex")));
        keys.Folder.Environment["GODWIT_MASTER_KEY_FILE"] = keys.Folder.In("back.hex");
        await keys.KeyAsync("rotate", "data");
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_a_share_is_no_argument()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var before = await File.ReadAllTextAsync(keys.Folder.In("master.hex"), TestContext.Current.CancellationToken);
        (await keys.RunAsync("keys", "master", "create", "--out", keys.Folder.In("master.hex"))).MustBe(1);
        Assert.Equal(before, await File.ReadAllTextAsync(keys.Folder.In("master.hex"), TestContext.Current.CancellationToken));
        (await keys.RunAsync("keys", "master", "escrow", "--shares", "3", "--threshold", "2", "--out", keys.Folder.In("shares"))).MustBe(0);
        (await keys.RunAsync("keys", "master", "escrow", "--shares", "3", "--threshold", "2", "--out", keys.Folder.In("shares"))).MustBe(1);
        (await keys.RunAsync("keys", "master", "escrow", "--shares", "2", "--threshold", "3", "--out", keys.Folder.In("more"))).MustBe(2);
        Assert.Contains("by its file", (await keys.RunAsync("keys", "master", "restore", "godwit-share-1-00", "--out", keys.Folder.In("back.hex"))).MustBe(1).Output, StringComparison.Ordinal);
    }
}
