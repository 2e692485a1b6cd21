namespace Godwit.Identity.Mail;

/// <summary>Writes mails into a folder, for development: each is a file that its owner alone can read.</summary>
internal sealed class FolderTransport(string folder) : IMailTransport
{
    public async Task SendAsync(Guid id, string to, MailText text, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var (file, draft) = (Path.Combine(folder, $"{id}.txt"), Path.Combine(folder, $".{id}.draft"));
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using (var writer = new StreamWriter(draft, options)) await writer.WriteAsync($"To: {to}\nSubject: {text.Subject}\n\n{text.Body}".AsMemory(), cancellation);
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailTransportException("the folder cannot be written to", forGood: false);
        }
    }
}
