using Godwit.Security.Signing;

namespace Godwit.Security.Tests.Signing;

public sealed class SigningKeyFileTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void The_first_use_makes_a_key_and_later_uses_find_it()
    {
        using var first = SigningKeyFile.LoadOrCreate(_home.Path);
        using var second = SigningKeyFile.LoadOrCreate(_home.Path);
        Assert.Equal(first.Kid, second.Kid);
        Assert.True(Es256.Verify(first.Public, "godwit"u8, second.Sign("godwit"u8)));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", File.ReadAllText(_home.KeyPath), StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_is_for_its_owner_alone_and_so_is_a_new_folder()
    {
        var home = Path.Combine(_home.Path, "deeper", "godwit");
        SigningKeyFile.LoadOrCreate(home).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(home, SigningKeyFile.FileName)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(home));
    }

    [Fact]
    public async Task Many_at_once_end_with_one_key_and_leave_nothing_beside_it()
    {
        using var start = new Barrier(8);
        var racers = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                using var key = SigningKeyFile.LoadOrCreate(_home.Path);
                return key.Kid;
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        var kids = await Task.WhenAll(racers);
        Assert.Single(kids.Distinct(StringComparer.Ordinal));
        Assert.Equal([_home.KeyPath], Directory.EnumerateFileSystemEntries(_home.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_draft_of_a_process_that_was_killed_goes_with_the_next_use(bool hadMadeTheKey)
    {
        if (hadMadeTheKey) SigningKeyFile.LoadOrCreate(_home.Path).Dispose();
        File.WriteAllText(Path.Combine(_home.Path, $".{SigningKeyFile.FileName}.0123456789abcdef"), "-----BEGIN PRIVATE");
        SigningKeyFile.LoadOrCreate(_home.Path).Dispose();
        Assert.Equal([_home.KeyPath], Directory.EnumerateFileSystemEntries(_home.Path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    [Trait("ASVS", "13.3.2")]
    public void A_key_open_to_others_is_refused_with_the_way_out(UnixFileMode more)
    {
        SigningKeyFile.LoadOrCreate(_home.Path).Dispose();
        File.SetUnixFileMode(_home.KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        var refusal = Assert.Throws<SigningKeyException>(() => SigningKeyFile.LoadOrCreate(_home.Path));
        Assert.Contains("open to others", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_home.KeyPath, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_others_write_is_refused()
    {
        File.SetUnixFileMode(_home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        var refusal = Assert.Throws<SigningKeyException>(() => SigningKeyFile.LoadOrCreate(_home.Path));
        Assert.Contains("chmod 700", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_key_is_refused_and_not_replaced()
    {
        SigningKeyFile.LoadOrCreate(_home.Path).Dispose();
        var damaged = File.ReadAllText(_home.KeyPath)[..^60];
        File.WriteAllText(_home.KeyPath, damaged);
        Assert.Throws<SigningKeyException>(() => SigningKeyFile.LoadOrCreate(_home.Path));
        Assert.Equal(damaged, File.ReadAllText(_home.KeyPath));
    }

    [Fact]
    public void A_public_key_in_its_place_is_refused()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        Assert.Throws<SigningKeyException>(() => SigningKey.FromPem(key.ExportSubjectPublicKeyInfoPem()));
    }

    [Fact]
    [Trait("ASVS", "11.6.1")]
    [Trait("ASVS", "11.2.3")]
    public void A_key_of_another_curve_is_refused()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        Assert.Throws<SigningKeyException>(() => SigningKey.FromPem(key.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void Looking_for_a_key_makes_none()
    {
        Assert.Null(SigningKeyFile.Load(_home.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.Path));
    }

    [Theory]
    [InlineData("/a/own", "/b", "/c", "/a/own")]
    [InlineData(null, "/b", "/c", "/b/godwit")]
    [InlineData("", "relative", "/c", "/c/.config/godwit")]
    [InlineData(null, null, "/c", "/c/.config/godwit")]
    public void The_home_follows_the_environment(string? own, string? configuration, string? home, string expected) =>
        Assert.Equal(expected, GodwitHome.Folder(Environment(own, configuration, home)));

    [Fact]
    public void Without_any_home_the_error_says_what_to_set() =>
        Assert.Contains("GODWIT_HOME", Assert.Throws<SigningKeyException>(() => GodwitHome.Folder(Environment(null, null, null))).Message, StringComparison.Ordinal);

    private static Func<string, string?> Environment(string? own, string? configuration, string? home) => name => name switch
    {
        "GODWIT_HOME" => own,
        "XDG_CONFIG_HOME" => configuration,
        "HOME" => home,
        _ => null,
    };
}
