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
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Npgsql;

namespace Godwit.Identity.EmailChange;

/// <summary>
/// Gives an account its new address, for who has the link and a session of the account, or its password: whoever merely reads the new mailbox gets nothing. The address of before can be had back for seven days by who reads its mail.
/// </summary>
internal sealed class EmailConfirmer(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, PasswordAttempts attempts, RequestLimits limits, SessionGate gate, Outbox outbox, EventLog events, TimeProvider time)
{
    private static readonly Problem s_invalid = new(400, "link-invalid", "The link is not valid") { Detail = "It was used, is too old, or was not copied whole. Ask for the change again." };

    private static readonly Problem s_prove = new(401, "invalid-credentials", "Sign in, or give the password") { Detail = "The link alone changes nothing: it takes a session of the account, or its password." };

    /// <exception cref="ProblemException">400: the link is of no use, or the address was taken meanwhile; 401: neither a session of the account nor its password; 429: too many wrong ones.</exception>
    public async Task ConfirmAsync(EmailConfirmation request, Caller? caller, Client client, CancellationToken cancellation)
    {
        if (request.Token is not { } token || new SignedId(keys.Links).Read(EmailChanger.LinkPurpose, token) is not { } id) throw new ProblemException(s_invalid);
        await limits.RequireAsync(RequestKind.EmailConfirm, client, cancellation);
        var user = await database.WithAsync(
            connection => Statement.FirstAsync(
                connection, "SELECT u.uuid FROM identity.email_verification_tokens t JOIN identity.users u ON u.id = t.user_id WHERE t.id = $1 AND NOT t.used AND t.expires_at > now() AND u.deleted_at IS NULL", r => (Guid?)r.GetGuid(0),
                cancellation, Statement.P(id)),
            cancellation) ?? throw new ProblemException(s_invalid);
        var session = caller?.User == user ? caller.Family : (Guid?)null;
        if (session is null) await RequirePasswordAsync(id, user, request.Password, client, cancellation);
        var ended = await ChangeAsync(id, user, session, client, cancellation);
        outbox.Wake();
        await gate.PublishAsync(ended);
    }

    /// <summary>Wrong passwords count for the link: nobody else's attempts do, and it is of no use after ten.</summary>
    private async Task RequirePasswordAsync(Guid link, Guid user, string? password, Client client, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(password) || password.Length > PasswordAttempts.LongestPassword) throw new ProblemException(s_prove);
        // What opens no account changes none either: a password that has to be set anew, and that of an account that is locked.
        var (account, right, inARow) = await attempts.TryAsync("link", link.ToString(), link, user, password, anywhere: false, cancellation);
        if (right) return;
        await database.InTransactionAsync(
            async connection =>
            {
                await events.WriteAsync(connection, new SecurityEvent("reauthentication_failed", "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, CancellationToken.None);
                if (inARow >= PasswordAttempts.Most)
                    await Statement.RunAsync(connection, "UPDATE identity.email_verification_tokens SET used = true, used_at = now() WHERE id = $1 AND NOT used", CancellationToken.None, Statement.P(link));
            },
            CancellationToken.None);
        throw new ProblemException(s_prove);
    }

    private async Task<List<Guid>> ChangeAsync(Guid link, Guid user, Guid? session, Client client, CancellationToken cancellation)
    {
        await using var person = await keys.Persons.OpenAsync(user.ToString(), cancellation) ?? throw new ProblemException(s_invalid);
        try
        {
            return await database.InTransactionAsync(
                async connection =>
                {
                    // Of two clicks at once one changes it.
                    var blob = await Statement.FirstAsync(
                        connection, "UPDATE identity.email_verification_tokens SET used = true, used_at = now() WHERE id = $1 AND NOT used AND expires_at > now() RETURNING registration", r => r.GetFieldValue<byte[]>(0), cancellation,
                        Statement.P(link)) ?? throw new ProblemException(s_invalid);
                    var next = EmailAddress.Read(Encoding.UTF8.GetString(keys.Registrations.Decrypt(blob, RowKey.Of(link.ToString())))).Address!;
                    var account = await accounts.FindAsync(connection, user, cancellation) ?? throw new ProblemException(s_invalid);
                    var former = EmailAddress.Read(await values.EmailAsync(connection, user, cancellation) ?? throw new ProblemException(s_invalid)).Address!;
                    await accounts.HoldAddressesAsync(connection, cancellation, next, former);
                    if (await accounts.IsTakenAsync(connection, next, cancellation, except: user)) throw new ProblemException(s_invalid);
                    var change = Guid.CreateVersion7(time.GetUtcNow());
                    await Statement.RunAsync(
                        connection, "INSERT INTO identity.email_changes (id, user_id, former_index, encrypted_former, undo_until) VALUES ($1, $2, $3, $4, now() + interval '7 days')", cancellation, Statement.P(change), Statement.P(account.Id),
                        Statement.P(accounts.IndexOf(former)), Statement.P(keys.Seal(person, "email_changes", "encrypted_former", change, former.Mailbox)));
                    // Whoever has come back to an address need not have it back.
                    await Statement.RunAsync(connection, "UPDATE identity.email_changes SET closed = true WHERE user_id = $1 AND former_index = ANY($2) AND NOT closed", cancellation, Statement.P(account.Id), Statement.P(accounts.IndexesOf(next)));
                    // In the place of the address that the notice goes to: of two changes at once the second asks again.
                    var changed = await Statement.RunAsync(
                        connection, "UPDATE identity.users SET email_index = $2, encrypted_email = $3, email_verified = true WHERE id = $1 AND email_index = ANY($4) AND deleted_at IS NULL", cancellation, Statement.P(account.Id),
                        Statement.P(accounts.IndexOf(next)), Statement.P(keys.Seal(person, "users", "encrypted_email", user, next.Mailbox)), Statement.P(accounts.IndexesOf(former)));
                    if (changed == 0) throw new ProblemException(s_invalid);
                    await OwnLinks.UseUpAsync(connection, account.Id, [.. accounts.IndexesOf(former), .. accounts.IndexesOf(next)], cancellation);
                    var ended = await SessionStore.RevokeAsync(connection, account.Id, null, session, "the address was changed", cancellation);
                    await events.WriteAsync(connection, new SecurityEvent("email_changed", "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
                    await outbox.AddAsync(connection, MailKind.EmailChanged, new MailPayload(former.Mailbox, new SignedId(keys.Links).Make(EmailUndo.LinkPurpose, change)), cancellation);
                    await outbox.AddAsync(connection, MailKind.EmailWelcome, new MailPayload(next.Mailbox), cancellation);
                    return ended;
                },
                cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Somebody else has it now: the answer is that of any link that is of no use.
            throw new ProblemException(s_invalid, e);
        }
    }
}
