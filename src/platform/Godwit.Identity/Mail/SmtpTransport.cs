using System.Net;
using System.Net.Mail;
using System.Text;
using Godwit.Identity.Settings;

namespace Godwit.Identity.Mail;

/// <summary>Sends by SMTP, a connection a mail.</summary>
/// <param name="server">The mail server.</param>
/// <param name="from">The sender.</param>
/// <param name="login">Account and password there.</param>
/// <param name="encrypted">Asks for STARTTLS, and sends nothing without it.</param>
internal sealed class SmtpTransport(MailServerAddress server, string from, NetworkCredential? login, bool encrypted) : IMailTransport
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public async Task SendAsync(Guid id, string to, MailText text, CancellationToken cancellation)
    {
        using var client = new SmtpClient(server.Host, server.Port) { EnableSsl = encrypted, Credentials = login, DeliveryMethod = SmtpDeliveryMethod.Network, DeliveryFormat = SmtpDeliveryFormat.International };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        try
        {
            using var message = new MailMessage(from, to) { Subject = text.Subject, Body = text.Body, SubjectEncoding = Encoding.UTF8, BodyEncoding = Encoding.UTF8 };
            // Of a mail that is sent twice the second is known to be the same; and no machine answers it.
            message.Headers["Message-ID"] = $"<{id}@{new MailAddress(from).Host}>";
            message.Headers["Auto-Submitted"] = "auto-generated";
            await client.SendMailAsync(message, limit.Token);
        }
        catch (SmtpFailedRecipientException e)
        {
            throw new MailTransportException("the recipient was refused", forGood: (int)e.StatusCode is >= 500 and < 600);
        }
        catch (SmtpException e)
        {
            throw new MailTransportException($"the mail server said {(int)e.StatusCode}", forGood: false);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new MailTransportException("the address is none that mail can be sent to", forGood: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new MailTransportException("the mail server did not answer in time", forGood: false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            throw new MailTransportException("the connection was lost", forGood: false);
        }
    }
}
