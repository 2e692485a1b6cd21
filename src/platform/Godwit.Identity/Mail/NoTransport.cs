namespace Godwit.Identity.Mail;

/// <summary>Where nothing is configured: mails wait, and say why. A host in production is not started so.</summary>
internal sealed class NoTransport : IMailTransport
{
    public Task SendAsync(Guid id, string to, MailText text, CancellationToken cancellation) => throw new MailTransportException("neither a mail server nor a folder is configured", forGood: false);
}
