using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Limits;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Security.Emails;

namespace Godwit.Identity.Registration;

/// <summary>Sends the mail of a registration again. Asking writes the same rows for every address: whether a registration waits is looked up when the mail is sent.</summary>
internal sealed class VerificationResend(IdentityDatabase database, AccountFinder accounts, RequestLimits limits, Outbox outbox, EventLog events)
{
    /// <exception cref="ProblemException">400: it is no address; 429: the network asks too often.</exception>
    public async Task RequestAsync(ResendRequest request, Client client, CancellationToken cancellation)
    {
        var (email, refused) = EmailAddress.Read(request.Email ?? "");
        if (email is null) throw new ProblemException(Problem.ValidationFailed(new FieldFault("email", refused!)));
        await limits.RequireAsync(RequestKind.Resend, client, cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                await outbox.AddAsync(connection, MailKind.Resend, new MailPayload(email.Mailbox), cancellation, accounts.IndexOf(email));
                await events.WriteAsync(connection, new SecurityEvent("verification_resend_requested", "account") { Client = client, Data = EventAbout.Of(accounts.IndexOf(email)) }, cancellation);
            },
            cancellation);
        outbox.Wake();
    }
}
