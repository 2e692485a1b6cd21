using Godwit.Identity.Sms;

namespace Godwit.Identity.Tests.Sms;

public sealed class FolderSmsTransportTests : SmsTransportTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-sms-").FullName;

    [Fact]
    public async Task Its_owner_alone_can_read_a_message()
    {
        await new FolderSmsTransport(_folder).SendAsync(Guid.NewGuid(), "+4930123456", "words", TestContext.Current.CancellationToken);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(_folder))));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private protected override Task<(ISmsTransport Transport, Func<IReadOnlyList<(string To, string Text)>> Arrived)> WorkingAsync() => Task.FromResult<(ISmsTransport, Func<IReadOnlyList<(string, string)>>)>(
        (new FolderSmsTransport(_folder), () => [.. Directory.GetFiles(_folder).Select(File.ReadAllText).Select(t => (t[4..t.IndexOf('\n', StringComparison.Ordinal)], t[(t.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]))]));

    private protected override async Task<ISmsTransport> BrokenAsync()
    {
        var file = Path.Combine(_folder, "a-file");
        await File.WriteAllTextAsync(file, "");
        return new FolderSmsTransport(Path.Combine(file, "below"));
    }
}
