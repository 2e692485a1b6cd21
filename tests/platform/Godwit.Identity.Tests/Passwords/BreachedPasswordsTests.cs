using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Passwords;
using Godwit.Server;
using Godwit.Server.Starting;

namespace Godwit.Identity.Tests.Passwords;

public sealed class BreachedPasswordsTests : IDisposable
{
    private readonly FilterFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("ASVS", "6.2.12")]
    public void Every_password_of_the_list_is_known_and_of_a_million_others_next_to_none()
    {
        using var filter = BreachedPasswords.Open(_folder.Make(Enumerable.Range(0, 50_000).Select(n => $"stolen-{n}")));
        Assert.Equal(50_000, filter.Count);
        Assert.All(Enumerable.Range(0, 50_000).Where(n => n % 7 == 0), n => Assert.True(filter.Contains($"stolen-{n}")));
        // At 6e-8 a look-up a million have 0.06; ten would be a rate of 1e-5. The filter's own rate is asked, without reading the file a million times.
        var (slots, seed) = XorFilter.Build([.. Enumerable.Range(0, 50_000).Select(n => (ulong)n)]);
        Assert.InRange(Enumerable.Range(1_000_000, 1_000_000).Count(n => XorFilter.Contains(slots, seed, (ulong)n)), 0, 3);
    }

    [Fact]
    public void The_whole_of_Have_I_Been_Pwned_is_read_in_its_own_form()
    {
        // The form of that list.
#pragma warning disable CA5350
        var lines = Enumerable.Range(0, 40_000).Select(n => $"{Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes($"pwned-{n}")))}:{n % 5}").Order(StringComparer.Ordinal);
#pragma warning restore CA5350
        var text = string.Join("\r\n", lines);
        Assert.Equal(32_000, BreachedPasswordsBuilder.FromHashes(new MemoryStream(Encoding.ASCII.GetBytes(text)), _folder.File("one"), text.Length));
        BreachedPasswordsBuilder.FromHashes(new MemoryStream(Encoding.ASCII.GetBytes(text)), _folder.File("two"), text.Length);
        Assert.Equal(File.ReadAllBytes(_folder.File("one")), File.ReadAllBytes(_folder.File("two")));
        using var filter = BreachedPasswords.Open(_folder.File("one"));
        Assert.True(filter.Contains("pwned-1"));
        Assert.True(filter.Contains("PWNED-39999"));
        // Its count is 0: a line that only fills an answer up.
        Assert.False(filter.Contains("pwned-5"));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000002:1\n0000000000000000000000000000000000000001:1\n", "line 2 stands after a greater hash")]
    [InlineData("0000000000000000000000000000000000000002:1\nhunter2\n", "line 2 is no SHA-1 hash")]
    [InlineData("0000000000000000000000000000000000000002:-1\n", "line 1 is no SHA-1 hash")]
    [InlineData("000000000000000000000000000000000000000200000000000000000000000000000000", "line 1 is longer")]
    public void Lines_that_are_no_such_list_are_named_and_nothing_is_written(string lines, string reason)
    {
        var e = Assert.Throws<BreachedPasswordsException>(() => BreachedPasswordsBuilder.FromHashes(new MemoryStream(Encoding.ASCII.GetBytes(lines)), _folder.File("out")));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_byte_that_changed_anywhere_and_a_file_cut_short_are_found_when_it_is_opened()
    {
        var bytes = File.ReadAllBytes(_folder.Make(Enumerable.Range(0, 300).Select(n => $"stolen-{n}")));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Gen.Choose(0, bytes.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), change =>
        {
            var other = bytes.ToArray();
            other[change.Item1] ^= (byte)change.Item2;
            return Refuses(other) && Refuses(bytes[..change.Item1]);
        }));
        Assert.True(Refuses([.. bytes, 0]));
        Assert.False(Refuses(bytes));
    }

    [Fact]
    public void A_file_that_is_damaged_while_it_is_used_gives_an_error_and_no_answer()
    {
        var path = _folder.Make(Enumerable.Range(0, 300).Select(n => $"stolen-{n}"));
        using var filter = BreachedPasswords.Open(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(200);
        Assert.Contains("checksum", Assert.Throws<BreachedPasswordsException>(() => filter.Contains("stolen-1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused_with_what_to_do() =>
        Assert.Contains("breached-passwords", Assert.Throws<BreachedPasswordsException>(() => BreachedPasswords.Open(_folder.File("none"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_server_makes_the_file_and_ends()
    {
        await File.WriteAllLinesAsync(_folder.File("list.txt"), ["password123", "short", "PassWord99"], TestContext.Current.CancellationToken);
        Assert.Equal(ServerExit.Done, await Run("--list", _folder.File("list.txt"), "--out", _folder.File("made")));
        using var filter = BreachedPasswords.Open(_folder.File("made"));
        Assert.Equal((3, true, true, false), (filter.Count, filter.Contains("password123"), filter.Contains("password99"), filter.Contains("short")));
        Assert.Equal(ServerExit.Usage, await Run("--list"));
        Assert.Equal(ServerExit.Refused, await Run("--from", _folder.File("list.txt"), "--out", _folder.File("other")));
        Assert.Equal(ServerExit.Fault, await Run("--from", _folder.File("nothing"), "--out", _folder.File("other")));

        static Task<int> Run(params string[] arguments) => ServerProgram.RunAsync(["breached-passwords", .. arguments], _ => null, Stream.Null, TextWriter.Null, []);
    }

    private bool Refuses(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("other"), bytes);
        try
        {
            BreachedPasswords.Open(_folder.File("other")).Dispose();
            return false;
        }
        catch (BreachedPasswordsException)
        {
            return true;
        }
    }
}
