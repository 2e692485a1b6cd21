using System.Runtime.InteropServices;
using System.Text;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Tests.Keyring.Masters;

public sealed partial class MasterKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-master-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string KeyPath => Path.Combine(_folder, "master.hex");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_wrapped_opens_with_its_context_and_with_no_other()
    {
        using var master = LocalMasterKey.Create();
        using var other = LocalMasterKey.Create();
        var wrapped = await master.WrapAsync("secret"u8.ToArray(), "context"u8.ToArray(), Cancellation);
        Assert.Equal("secret"u8.ToArray(), await master.UnwrapAsync(wrapped, "context"u8.ToArray(), Cancellation));
        Assert.NotEqual(wrapped, await master.WrapAsync("secret"u8.ToArray(), "context"u8.ToArray(), Cancellation));
        await Assert.ThrowsAsync<MasterKeyException>(async () => await master.UnwrapAsync(wrapped, "contexu"u8.ToArray(), Cancellation));
        await Assert.ThrowsAsync<MasterKeyException>(async () => await other.UnwrapAsync(wrapped, "context"u8.ToArray(), Cancellation));
        for (var at = 0; at < wrapped.Length; at++)
        {
            byte[] changed = [.. wrapped];
            changed[at] ^= 1;
            await Assert.ThrowsAsync<MasterKeyException>(async () => await master.UnwrapAsync(changed, "context"u8.ToArray(), Cancellation));
            await Assert.ThrowsAsync<MasterKeyException>(async () => await master.UnwrapAsync(wrapped.AsMemory(0, at), "context"u8.ToArray(), Cancellation));
        }
    }

    [Fact]
    public void A_file_is_made_for_its_owner_alone_and_never_made_again()
    {
        using var made = MasterKeyFile.Create(KeyPath);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyPath));
        using var loaded = MasterKeyFile.Load(KeyPath);
        Assert.Equal(made.Id, loaded.Id);
        Assert.Throws<MasterKeyException>(() => MasterKeyFile.Create(KeyPath));
        Assert.Equal([KeyPath], Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    [Trait("ASVS", "13.3.2")]
    public void A_file_open_to_others_is_refused(UnixFileMode more)
    {
        MasterKeyFile.Create(KeyPath).Dispose();
        File.SetUnixFileMode(KeyPath, OwnerOnly | more);
        Assert.Contains("chmod 600", Refusal(KeyPath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_a_pipe_a_folder_and_a_folder_that_others_write_are_refused()
    {
        MasterKeyFile.Create(KeyPath).Dispose();
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, KeyPath);
        Assert.Contains("is a link", Refusal(link), StringComparison.Ordinal);
        var pipe = Path.Combine(_folder, "pipe");
        Assert.Equal(0, MakePipe(pipe, 0x180));
        Assert.Contains("no plain file", Refusal(pipe), StringComparison.Ordinal);
        var inner = Directory.CreateDirectory(Path.Combine(_folder, "inner"), OwnerOnly | UnixFileMode.UserExecute).FullName;
        Assert.Contains("no plain file", Refusal(inner), StringComparison.Ordinal);
        File.SetUnixFileMode(_folder, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        Assert.Contains("chmod 700", Refusal(KeyPath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_user_is_refused()
    {
        MasterKeyFile.Create(KeyPath).Dispose();
        // Only root can give a file away; anybody else has one that is root's, and that all may read.
        var path = ChangeOwner(KeyPath, 65534, 65534) == 0 ? KeyPath : "/etc/passwd";
        Assert.Contains("another user", Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_user_is_refused_and_one_of_root_is_not()
    {
        MasterKeyFile.Create(KeyPath).Dispose();
        if (ChangeOwner(_folder, 65534, 65534) == 0)
        {
            Assert.Contains("belongs to another user", Refusal(KeyPath), StringComparison.Ordinal);
            Assert.Equal(0, ChangeOwner(_folder, 0, 0));
            MasterKeyFile.Load(KeyPath).Dispose();
        }
        else
        {
            Assert.DoesNotContain("folder", Refusal("/etc/passwd"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_second_name_that_a_killed_process_left_goes_and_others_stay()
    {
        using var made = MasterKeyFile.Create(KeyPath);
        var (second, strange, running) = (Path.Combine(_folder, ".master.hex.0123456789abcdef"), Path.Combine(_folder, "copy"), Path.Combine(_folder, ".master.hex.fedcba9876543210"));
        Assert.Equal((0, 0), (Link(KeyPath, second), Link(KeyPath, strange)));
        File.WriteAllText(running, "not ready yet");
        using var loaded = MasterKeyFile.Load(KeyPath);
        Assert.Equal(made.Id, loaded.Id);
        Assert.Equal([running, strange, KeyPath], Directory.EnumerateFileSystemEntries(_folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\n")]
    [InlineData("ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=")]
    [InlineData("  ABEiM0RVZneImaq7zN3u_wARIjNEVWZ3iJmqu8zd7v8\r\n")]
    public void A_key_is_read_in_three_forms(string text)
    {
        using var expected = LocalMasterKey.Of(Convert.FromHexString("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
        using var found = MasterKeyVariable.Find("K", n => n == "K" ? text : null);
        Assert.Equal(expected.Id, found!.Id);
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v")]
    [InlineData("ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v9=")]
    [InlineData("!BEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=")]
    public void What_is_no_key_is_refused_and_not_repeated(string text)
    {
        var refusal = Assert.Throws<MasterKeyException>(() => MasterKeyVariable.Find("K", n => n == "K" ? text : null));
        Assert.DoesNotContain(text, refusal.Message, StringComparison.Ordinal);
        File.WriteAllText(KeyPath, text);
        File.SetUnixFileMode(KeyPath, OwnerOnly);
        Assert.DoesNotContain(text, Refusal(KeyPath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_may_name_a_file_and_both_at_once_are_refused()
    {
        using var made = MasterKeyFile.Create(KeyPath);
        using var found = MasterKeyVariable.Find("K", n => n == "K_FILE" ? KeyPath : null);
        Assert.Equal(made.Id, found!.Id);
        Assert.Null(MasterKeyVariable.Find("K", _ => null));
        Assert.Null(MasterKeyVariable.Find("K", _ => ""));
        Assert.Throws<MasterKeyException>(() => MasterKeyVariable.Find("K", _ => KeyPath));
    }

    [Fact]
    public async Task A_development_key_is_made_once_whoever_comes_first_and_never_in_production()
    {
        Assert.Throws<MasterKeyException>(() => DevelopmentMasterKey.LoadOrCreate(_folder, production: true));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        var folder = Path.Combine(_folder, "deeper");
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () =>
            {
                using var key = DevelopmentMasterKey.LoadOrCreate(folder, production: false);
                return key.Id;
            },
            Cancellation)));
        Assert.Single(ids.Distinct(StringComparer.Ordinal));
        Assert.Throws<MasterKeyException>(() => DevelopmentMasterKey.LoadOrCreate(folder, production: true));
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read()
    {
        File.WriteAllText(KeyPath, new string('a', 5000), Encoding.ASCII);
        File.SetUnixFileMode(KeyPath, OwnerOnly);
        Assert.Contains("5000 bytes", Refusal(KeyPath), StringComparison.Ordinal);
        Assert.Contains("there is no master key", Refusal(Path.Combine(_folder, "absent")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disposed_key_wraps_nothing()
    {
        var master = LocalMasterKey.Create();
        master.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await master.WrapAsync(new byte[32], default, Cancellation));
    }

    /// <summary>What was wrapped is wrapped under the key, however soon another thread gives that up: zeros would open it for everybody.</summary>
    [Fact]
    public async Task A_key_that_is_disposed_of_under_a_call_wraps_under_itself_or_not_at_all()
    {
        var bytes = System.Security.Cryptography.RandomNumberGenerator.GetBytes(LocalMasterKey.Length);
        using var same = LocalMasterKey.Of(bytes);
        var (wrapped, refused) = (0, 0);
        for (var round = 0; round < 200; round++)
        {
            var master = LocalMasterKey.Of(bytes);
            using var start = new Barrier(3);
            var work = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                async () =>
                {
                    start.SignalAndWait(Cancellation);
                    try
                    {
                        while (true)
                        {
                            Assert.Equal("secret"u8.ToArray(), await same.UnwrapAsync(await master.WrapAsync("secret"u8.ToArray(), default, Cancellation), default, Cancellation));
                            Interlocked.Increment(ref wrapped);
                        }
                    }
                    catch (ObjectDisposedException)
                    {
                        Interlocked.Increment(ref refused);
                    }
                },
                Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();
            start.SignalAndWait(Cancellation);
            var before = Volatile.Read(ref wrapped);
            SpinWait.SpinUntil(() => Volatile.Read(ref wrapped) > before);
            master.Dispose();
            await Task.WhenAll(work);
        }
        Assert.Equal(400, refused);
        Assert.True(wrapped >= 200);
    }

    private static string Refusal(string path) => Assert.Throws<MasterKeyException>(() => MasterKeyFile.Load(path)).Message;

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
