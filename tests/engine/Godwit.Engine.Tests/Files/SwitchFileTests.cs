using Godwit.Engine.Files;

namespace Godwit.Engine.Tests.Files;

public sealed class SwitchFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-switch-").FullName;

    [Fact]
    public async Task A_file_that_was_not_there_is_made_replaced_and_taken_away()
    {
        var path = Path.Combine(_folder, "weights");
        var token = TestContext.Current.CancellationToken;
        Assert.Null(await SwitchFile.ReadAsync(path, token));
        await SwitchFile.WriteAsync(path, "one"u8.ToArray(), token);
        await SwitchFile.WriteAsync(path, "two"u8.ToArray(), token);
        Assert.Equal("two"u8.ToArray(), await SwitchFile.ReadAsync(path, token));
        await SwitchFile.RestoreAsync(path, content: null, token);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_link_stays_a_link_even_one_to_nowhere()
    {
        var (link, target) = (Path.Combine(_folder, "link"), Path.Combine(_folder, "target"));
        File.CreateSymbolicLink(link, target);
        var token = TestContext.Current.CancellationToken;
        await SwitchFile.WriteAsync(link, "one"u8.ToArray(), token);
        await SwitchFile.WriteAsync(link, "two"u8.ToArray(), token);
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal("two", await File.ReadAllTextAsync(target, token));
    }

    [Fact]
    public async Task What_a_killed_writer_left_beside_goes_with_the_next_write_and_with_giving_back()
    {
        var (path, remains, other) = (Path.Combine(_folder, "weights"), Path.Combine(_folder, "weights.godwit-0123456789abcdef0123456789abcdef"), Path.Combine(_folder, "other.godwit-notes"));
        var token = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(other, "somebody else's", token);
        await File.WriteAllTextAsync(remains, "never put in place", token);
        await SwitchFile.WriteAsync(path, "one"u8.ToArray(), token);
        Assert.Equal([other, path], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
        await File.WriteAllTextAsync(remains, "never put in place", token);
        await SwitchFile.RestoreAsync(path, content: null, token);
        Assert.Equal([other], Directory.GetFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
