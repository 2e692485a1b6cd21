namespace Godwit.Identity.Sms;

/// <summary>Writes text messages into a folder, for development: each is a file that its owner alone can read.</summary>
internal sealed class FolderSmsTransport(string folder) : ISmsTransport
{
    public bool Sends => true;

    public async Task SendAsync(Guid id, string to, string text, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var (file, draft) = (Path.Combine(folder, $"{id}.txt"), Path.Combine(folder, $".{id}.draft"));
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using (var writer = new StreamWriter(draft, options)) await writer.WriteAsync($"To: {to}\n\n{text}".AsMemory(), cancellation);
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SmsTransportException("the folder cannot be written to", forGood: false);
        }
    }
}
