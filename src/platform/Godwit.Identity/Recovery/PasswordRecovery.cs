using System.Text;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Lockout;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Reauthentication;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Npgsql;

namespace Godwit.Identity.Recovery;

/// <summary>
/// New passwords by a mailed link. Asking writes the same rows for every address; who has it is looked up when the mail is sent, and again when the link is used. A new password ends all sessions.
/// </summary>
internal sealed class PasswordRecovery(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, PasswordPolicy policy, RequestLimits limits, BucketStore buckets, PasswordAttempts attempts, SessionGate gate, Outbox outbox, EventLog events, TimeProvider time)
{
    private const string LinkPurpose = "password-reset";

    private static readonly Problem s_invalid = new(400, "link-invalid", "The link is not valid") { Detail = "It was used, is too old, or was not copied whole. Ask for another." };

    /// <exception cref="ProblemException">400: it is no address; 429: the network asks too often.</exception>
    public async Task RequestAsync(ResetRequest request, Client client, CancellationToken cancellation)
    {
        var (email, refused) = EmailAddress.Read(request.Email ?? "");
        if (email is null) throw new ProblemException(Problem.ValidationFailed(new FieldFault("email", refused!)));
        await limits.RequireAsync(RequestKind.PasswordReset, client, cancellation);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var address = await keys.Resets.EncryptAsync(Encoding.UTF8.GetBytes(email.Mailbox), RowKey.Of(id.ToString()), cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                await Statement.RunAsync(
                    connection, "INSERT INTO identity.password_reset_tokens (id, email_index, address, purpose, expires_at, ip_address) VALUES ($1, $2, $3, 'password', now() + interval '30 minutes', $4)", cancellation,
                    Statement.P(id), Statement.P(accounts.IndexOf(email)), Statement.P(address), Statement.P(client.Address));
                await outbox.AddAsync(connection, MailKind.PasswordReset, new MailPayload(email.Mailbox, new SignedId(keys.Links).Make(LinkPurpose, id)), cancellation, accounts.IndexOf(email));
                await events.WriteAsync(connection, new SecurityEvent("password_reset_requested", "account") { Client = client, Data = EventAbout.Of(accounts.IndexOf(email)) }, cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    /// <exception cref="ProblemException">400: the link is of no use, or the password is none that is taken.</exception>
    public async Task ConfirmAsync(ResetConfirmation request, Client client, CancellationToken cancellation)
    {
        if (request.Token is not { } token || new SignedId(keys.Links).Read(LinkPurpose, token) is not { } id) throw new ProblemException(s_invalid);
        // Judged and computed before the link is used up: a password that is refused costs no new mail.
        var (email, profile) = await database.WithAsync(connection => OwnerAsync(connection, id, cancellation), cancellation);
        if (email is null) throw new ProblemException(s_invalid);
        List<FieldFault> faults = [.. policy.Judge("password", request.Password, email, profile?.FirstName, profile?.LastName)];
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        await limits.RequireAsync(RequestKind.PasswordSet, client, cancellation);
        var hash = await policy.HashAsync(request.Password!, cancellation);
        var ended = await database.InTransactionAsync(connection => SetAsync(connection, id, hash, client, cancellation), cancellation);
        outbox.Wake();
        await gate.PublishAsync(ended);
    }

    /// <summary>Whose words are no part of the password: of who has the link, who knows them.</summary>
    /// <returns>Nulls for a link of no use.</returns>
    private async Task<(EmailAddress? Email, Profile? Profile)> OwnerAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellation)
    {
        var blob = await Statement.FirstAsync(
            connection, "SELECT address FROM identity.password_reset_tokens WHERE id = $1 AND purpose = 'password' AND NOT used AND expires_at > now()", r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(id));
        if (blob is null || EmailAddress.Read(Encoding.UTF8.GetString(keys.Resets.Decrypt(blob, RowKey.Of(id.ToString())))).Address is not { } email) return default;
        return (email, await accounts.FindAsync(connection, email, cancellation) is { } account ? await values.OpenAsync(connection, account.Uuid, cancellation) : null);
    }

    private async Task<List<Guid>> SetAsync(NpgsqlConnection connection, Guid id, string hash, Client client, CancellationToken cancellation)
    {
        var blob = await Statement.FirstAsync(
            connection, "UPDATE identity.password_reset_tokens SET used = true, used_at = now() WHERE id = $1 AND purpose = 'password' AND NOT used AND expires_at > now() RETURNING address",
            r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(id)) ?? throw new ProblemException(s_invalid);
        var email = EmailAddress.Read(Encoding.UTF8.GetString(keys.Resets.Decrypt(blob, RowKey.Of(id.ToString())))).Address!;
        var account = await accounts.FindAsync(connection, email, cancellation) ?? throw new ProblemException(s_invalid);
        await Statement.RunAsync(
            connection, "UPDATE identity.users SET password_hash = $2, password_changed_at = now(), password_reset_required = false, password_set_by_mail = true, failed_login_attempts = 0 WHERE id = $1", cancellation, Statement.P(account.Id), Statement.P(hash));
        await buckets.PasswordSetAsync(connection, email, cancellation);
        await attempts.ForgetAsync(connection, account.Uuid, cancellation);
        // Whoever had the password may have made a device known, or be asked for a code now.
        await Statement.RunAsync(connection, "UPDATE identity.user_devices SET revoked = true, revoked_at = now(), trusted = false WHERE user_id = $1 AND NOT revoked", cancellation, Statement.P(account.Id));
        await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE user_id = $1 AND NOT used", cancellation, Statement.P(account.Id));
        // Every other link that was asked for meanwhile.
        await Statement.RunAsync(connection, "UPDATE identity.password_reset_tokens SET used = true, used_at = now() WHERE email_index = ANY($1) AND NOT used", cancellation, Statement.P(accounts.IndexesOf(email)));
        var ended = await SessionStore.RevokeAsync(connection, account.Id, null, null, "the password was set anew", cancellation);
        await events.WriteAsync(connection, new SecurityEvent("password_reset", "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
        await outbox.AddAsync(connection, MailKind.PasswordChanged, new MailPayload(email.Mailbox), cancellation);
        return ended;
    }
}
