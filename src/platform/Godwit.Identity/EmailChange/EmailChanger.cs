using System.Text;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Mail;
using Godwit.Identity.Reauthentication;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Security.Emails;
using Godwit.Security.Fields;

namespace Godwit.Identity.EmailChange;

/// <summary>Takes the wish for another address. Whether that address has an account is looked up when the mail to it is sent, and told there only.</summary>
internal sealed class EmailChanger(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, Reauthenticator again, RequestLimits limits, Outbox outbox, EventLog events, TimeProvider time)
{
    public const string LinkPurpose = "email-change";

    private const string Purpose = "email_change";

    private static readonly RequestRate s_account = new(10, TimeSpan.FromHours(1));

    /// <returns>Null when the mail is on its way; a challenge when the second factor is asked for first.</returns>
    /// <exception cref="ProblemException">400: no address, one's own, or a wrong password; 401: a wrong code; 429: too many of either, or of changes.</exception>
    public async Task<ChallengeDocument?> RequestAsync(Caller caller, EmailChangeRequest request, Client client, CancellationToken cancellation)
    {
        var (email, refused) = EmailAddress.Read(request.NewEmail ?? "");
        if (email is null) throw new ProblemException(Problem.ValidationFailed(new FieldFault("newEmail", refused!)));
        var own = await database.WithAsync(
            async connection =>
            {
                await limits.RequireAsync(connection, RequestKind.EmailChange, caller.User.ToString(), s_account, cancellation);
                return await values.EmailAsync(connection, caller.User, cancellation);
            },
            cancellation) ?? throw new ProblemException(Problem.Of(404));
        if (EmailAddress.Read(own).Address!.Normalized == email.Normalized) throw new ProblemException(Problem.ValidationFailed(new FieldFault("newEmail", "is your address already")));
        var proof = await again.RequireAsync(caller, Purpose, email.Normalized, request.Password, new CodeRequest(request.Challenge, request.Code, request.Credential), client, cancellation);
        if (proof.Asked is not null) return proof.Asked;
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var blob = await keys.Registrations.EncryptAsync(Encoding.UTF8.GetBytes(email.Mailbox), RowKey.Of(id.ToString()), cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                if (proof.Code is { } code) await FactorVerifier.UseAsync(connection, code, cancellation);
                // A change that was asked for before is not wanted any more.
                await Statement.RunAsync(connection, "UPDATE identity.email_verification_tokens SET used = true, used_at = now() WHERE user_id = $1 AND NOT used", cancellation, Statement.P(proof.Account.Id));
                await Statement.RunAsync(
                    connection, "INSERT INTO identity.email_verification_tokens (id, user_id, email_index, registration, expires_at, ip_address) VALUES ($1, $2, $3, $4, now() + interval '24 hours', $5)", cancellation,
                    Statement.P(id), Statement.P(proof.Account.Id), Statement.P(accounts.IndexOf(email)), Statement.P(blob), Statement.P(client.Address));
                await outbox.AddAsync(connection, MailKind.EmailChange, new MailPayload(email.Mailbox, new SignedId(keys.Links).Make(LinkPurpose, id), User: caller.User), cancellation, accounts.IndexOf(email));
                await events.WriteAsync(connection, new SecurityEvent("email_change_requested", "account") { UserId = proof.Account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
            },
            cancellation);
        outbox.Wake();
        return null;
    }
}
