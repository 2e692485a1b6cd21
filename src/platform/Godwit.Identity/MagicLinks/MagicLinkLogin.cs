using System.Text;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Login;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Security.Emails;
using Godwit.Security.Fields;

namespace Godwit.Identity.MagicLinks;

/// <summary>
/// Signs in by a mailed link. Asking writes the same rows for every address; who has it is looked up when the mail is sent, and again when the link is used. A link opens only where it was asked for: so nobody is signed in by what
/// somebody else has opened, and whoever sees the mail on its way has nothing.
/// </summary>
internal sealed class MagicLinkLogin(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, LoginCompletion completion, RequestLimits limits, Outbox outbox, EventLog events, TimeProvider time)
{
    public const int Seconds = 15 * 60;

    private const string LinkPurpose = "magic-link", RequestPurpose = "magic-link-request";

    private static readonly Problem s_invalid = new(400, "link-invalid", "The link is not valid") { Detail = "It was used, is too old, or was not copied whole. Ask for another." };

    private static readonly Problem s_elsewhere = new(409, "link-of-another-device", "The link was asked for elsewhere") { Detail = "Open it where you asked for it, or ask for another one here." };

    /// <exception cref="ProblemException">400: it is no address; 429: the network asks too often.</exception>
    public async Task<MagicLinkAnswer> RequestAsync(MagicLinkRequest request, Client client, CancellationToken cancellation)
    {
        var (email, refused) = EmailAddress.Read(request.Email ?? "");
        if (email is null) throw new ProblemException(Problem.ValidationFailed(new FieldFault("email", refused!)));
        await limits.RequireAsync(RequestKind.MagicLink, client, cancellation);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var ids = new SignedId(keys.Links);
        var address = await keys.Resets.EncryptAsync(Encoding.UTF8.GetBytes(email.Mailbox), RowKey.Of(id.ToString()), cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                await Statement.RunAsync(
                    connection, "INSERT INTO identity.password_reset_tokens (id, email_index, address, purpose, expires_at, ip_address) VALUES ($1, $2, $3, 'login', now() + $4, $5)", cancellation,
                    Statement.P(id), Statement.P(accounts.IndexOf(email)), Statement.P(address), Statement.P(TimeSpan.FromSeconds(Seconds)), Statement.P(client.Address));
                await outbox.AddAsync(connection, MailKind.MagicLink, new MailPayload(email.Mailbox, ids.Make(LinkPurpose, id)), cancellation, accounts.IndexOf(email));
                await events.WriteAsync(connection, new SecurityEvent("magic_link_requested") { Client = client, Data = EventAbout.Of(accounts.IndexOf(email)) }, cancellation);
            },
            cancellation);
        outbox.Wake();
        return new MagicLinkAnswer("link_sent", "If the address has an account, a mail with a link is on its way to it.", ids.Make(RequestPurpose, id), Seconds);
    }

    /// <exception cref="ProblemException">400: the link is of no use; 409: it was asked for elsewhere, and stays as it is; 403: an administrator has locked the account.</exception>
    public async Task<LoginOutcome> ConfirmAsync(MagicLinkConfirmation request, Client client, CancellationToken cancellation)
    {
        var ids = new SignedId(keys.Links);
        if (request.Token is not { } token || ids.Read(LinkPurpose, token) is not { } id) throw new ProblemException(s_invalid);
        if (request.Request is not { } asked || ids.Read(RequestPurpose, asked) != id) throw new ProblemException(s_elsewhere);
        var account = await database.WithAsync(
            async connection =>
            {
                var blob = await Statement.FirstAsync(
                    connection, "SELECT address FROM identity.password_reset_tokens WHERE id = $1 AND purpose = 'login' AND NOT used AND expires_at > now()", r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(id));
                return blob is null ? null : await accounts.FindAsync(connection, EmailAddress.Read(Encoding.UTF8.GetString(keys.Resets.Decrypt(blob, RowKey.Of(id.ToString())))).Address!, cancellation);
            },
            cancellation) ?? throw new ProblemException(s_invalid);
        var proof = new LoginProof(account, LoginProof.Mail, new DeviceToken(keys.Devices).Read(account.Uuid, client.DeviceToken))
        {
            // Of two at once one signs in. A second factor that is asked for does not give the link back.
            Begin = async connection => await Statement.RunAsync(connection, "UPDATE identity.password_reset_tokens SET used = true, used_at = now() WHERE id = $1 AND NOT used AND expires_at > now()", cancellation, Statement.P(id)) == 1
                ? account
                : throw new ProblemException(s_invalid),
        };
        return await completion.CompleteAsync(proof, client, cancellation);
    }
}
