using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices.Channels;

/// <summary>Mail over SMTP. The connection is encrypted by STARTTLS, and a certificate that the machine does not trust ends it before anything is said.</summary>
internal static class MailChannel
{
    public static async Task<NoticeAnswer> SendAsync(
        RunbookPlan plan, string to, NoticeParcel parcel, IRunEnvironment environment, SecretValues secrets, TimeSpan timeout, CancellationToken cancellation)
    {
        var (server, fault) = MailServer.Find(plan, environment, secrets);
        if (server is null) return new NoticeAnswer(fault);
        if (!NoticeCheck.IsAddress(to)) return new NoticeAnswer("its address is none");
        using var message = Write(server.From, to, parcel);
        var client = new SmtpClient(server.Host, server.Port)
        {
            EnableSsl = server.Tls, UseDefaultCredentials = false, Timeout = (int)timeout.TotalMilliseconds, DeliveryFormat = SmtpDeliveryFormat.SevenBit,
            Credentials = server.User is null ? null : new NetworkCredential(server.User, server.Password),
        };
        try
        {
            await client.SendMailAsync(message, cancellation);
            return NoticeAnswer.Sent;
        }
        catch (SmtpException e)
        {
            return new NoticeAnswer(Explain(e));
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or InvalidOperationException or FormatException or ObjectDisposedException)
        {
            return new NoticeAnswer($"the mail server's connection failed ({e.GetType().Name})");
        }
        finally
        {
            // Saying good-bye waits for an answer: one that never comes is not to be waited for.
            _ = Task.Run(client.Dispose, CancellationToken.None);
        }
    }

    internal static MailMessage Write(string from, string to, NoticeParcel parcel)
    {
        var message = new MailMessage(new MailAddress(from), new MailAddress(to))
        {
            // An encoded word (RFC 2047) in a text would be decoded on the way, and may hold what a line must not.
            Subject = NoticeText.Line(parcel.Content.Subject, NoticeFacts.LongestSubject).Replace("=?", "= ?", StringComparison.Ordinal), SubjectEncoding = Encoding.UTF8,
            Body = parcel.Content.Text.ReplaceLineEndings("\r\n") + "\r\n", BodyEncoding = Encoding.UTF8, BodyTransferEncoding = TransferEncoding.Base64,
        };
        var headers = message.Headers;
        // Receivers take a message with the same id for the same message (RFC 5322 section 3.6.4).
        headers.Add("Message-ID", $"<{parcel.IdempotencyKey}@{from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..]}>");
        headers.Add("Idempotency-Key", parcel.IdempotencyKey);
        // Answering machines keep quiet (RFC 3834 section 5).
        headers.Add("Auto-Submitted", "auto-generated");
        headers.Add("X-Godwit-Event", NoticeEvents.Word(parcel.Event));
        return message;
    }

    /// <summary>What the server said may repeat the address: its kind is enough, and what broke the connection.</summary>
    private static string Explain(SmtpException e)
    {
        for (Exception? inner = e.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is System.Security.Authentication.AuthenticationException) return "the mail server's certificate is not one that this machine trusts";
            if (inner is System.Net.Sockets.SocketException socket) return $"the connection to the mail server failed ({socket.SocketErrorCode})";
        }
        return e.StatusCode == SmtpStatusCode.GeneralFailure
            ? e.Message.Contains("secure connections", StringComparison.OrdinalIgnoreCase) ? "the mail server offers no STARTTLS" : "the connection to the mail server failed"
            : $"the mail server answered {(int)e.StatusCode} ({e.StatusCode})";
    }
}
