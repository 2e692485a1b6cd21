using Godwit.Security.Encryption;
using Godwit.Security.Tests.Signing;

namespace Godwit.Security.Tests.Encryption;

/// <summary>Keys are made once, read by nobody else, and told apart without being told.</summary>
public sealed class EncryptionKeyTests
{
    [Fact]
    public void A_key_is_made_once_for_its_owner_alone()
    {
        using var home = new TemporaryHome();
        using var first = EncryptionKeyFile.LoadOrCreate(home.Path);
        using var second = EncryptionKeyFile.LoadOrCreate(home.Path);
        Assert.Equal(first.Id, second.Id);
        var path = Path.Combine(home.Path, EncryptionKeyFile.FileName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("open to others", Assert.Throws<EncryptionKeyException>(() => EncryptionKeyFile.LoadOrCreate(home.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_at_once_end_with_the_same_key()
    {
        using var home = new TemporaryHome();
        var ids = new string[16];
        Parallel.For(0, ids.Length, i =>
        {
            using var key = EncryptionKeyFile.LoadOrCreate(home.Path);
            ids[i] = key.Id;
        });
        Assert.Single(ids.Distinct(StringComparer.Ordinal));
        Assert.Single(Directory.GetFiles(home.Path));
    }

    [Fact]
    public void Hexadecimal_and_both_kinds_of_base64_are_the_same_key_and_nothing_shorter_is_one()
    {
        var bytes = Enumerable.Range(200, 32).Select(i => (byte)i).ToArray();
        using var key = EncryptionKey.Parse(Convert.ToHexString(bytes));
        using var other = EncryptionKey.Parse(" " + Convert.ToBase64String(bytes) + "\n");
        using var third = EncryptionKey.Parse(System.Buffers.Text.Base64Url.EncodeToString(bytes));
        Assert.Equal((key.Id, key.Id), (other.Id, third.Id));
        foreach (var text in (string[])["", "abc", new string('z', 64), Convert.ToBase64String(bytes[..31])])
            Assert.DoesNotContain(text.Length > 0 ? text : "\0", Assert.Throws<EncryptionKeyException>(() => EncryptionKey.Parse(text)).Message, StringComparison.Ordinal);
    }
}
