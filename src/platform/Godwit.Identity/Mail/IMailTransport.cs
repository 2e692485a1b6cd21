namespace Godwit.Identity.Mail;

/// <summary>Takes a mail away. It may be asked twice for the same one, whose id is then the same: at least once, as mail is.</summary>
internal interface IMailTransport
{
    /// <exception cref="MailTransportException">It was not taken; the message holds nothing of what a server said.</exception>
    Task SendAsync(Guid id, string to, MailText text, CancellationToken cancellation);
}

/// <param name="message">A class of fault, in a few words: it is kept and logged.</param>
/// <param name="forGood">Trying again is of no use.</param>
internal sealed class MailTransportException(string message, bool forGood) : Exception(message)
{
    public bool ForGood => forGood;
}
