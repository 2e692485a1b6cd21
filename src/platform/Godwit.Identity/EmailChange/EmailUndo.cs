using System.Text;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Identity.EmailChange;

/// <summary>
/// Takes a change of address back, for who reads the mail of the address of before: it was theirs to ask for a new password with until then. All sessions end, the password has to be set anew, all devices are unknown, and second
/// factors that were set up since the change go; one from before stays, and guards the account as before.
/// </summary>
internal sealed class EmailUndo(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, RequestLimits limits, SessionGate gate, Outbox outbox, EventLog events)
{
    public const string LinkPurpose = "email-undo";

    private static readonly TimeSpan s_before = TimeSpan.FromHours(25);

    private static readonly Problem s_invalid = new(400, "link-invalid", "The link is not valid") { Detail = "It was used, is too old, or was not copied whole." };

    private static readonly Problem s_taken = new(409, "address-taken", "Another account has this address now") { Detail = "Nothing was changed. Ask the service's support." };

    /// <exception cref="ProblemException">400: the link is of no use; 409: another account has the former address by now, and nothing changes; 429: the network asks too often.</exception>
    public async Task UndoAsync(EmailUndoRequest request, Client client, CancellationToken cancellation)
    {
        if (request.Token is not { } token || new SignedId(keys.Links).Read(LinkPurpose, token) is not { } id) throw new ProblemException(s_invalid);
        await limits.RequireAsync(RequestKind.EmailConfirm, client, cancellation);
        var user = await database.WithAsync(
            connection => Statement.FirstAsync(
                connection, "SELECT u.uuid FROM identity.email_changes c JOIN identity.users u ON u.id = c.user_id WHERE c.id = $1 AND NOT c.closed AND c.undo_until > now() AND u.deleted_at IS NULL", r => (Guid?)r.GetGuid(0), cancellation,
                Statement.P(id)),
            cancellation) ?? throw new ProblemException(s_invalid);
        await using var person = await keys.Persons.OpenAsync(user.ToString(), cancellation) ?? throw new ProblemException(s_invalid);
        List<Guid> ended;
        try
        {
            ended = await database.InTransactionAsync(connection => UndoAsync(connection, id, user, person, client, cancellation), cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(s_taken, e);
        }
        outbox.Wake();
        await gate.PublishAsync(ended);
    }

    private async Task<List<Guid>> UndoAsync(NpgsqlConnection connection, Guid id, Guid user, PersonKey person, Client client, CancellationToken cancellation)
    {
        var (blob, since) = await Statement.FirstAsync(
            connection, "UPDATE identity.email_changes SET closed = true WHERE id = $1 AND NOT closed AND undo_until > now() RETURNING encrypted_former, changed_at",
            r => (r.GetFieldValue<byte[]>(0), r.GetDateTime(1)), cancellation, Statement.P(id));
        if (blob is null) throw new ProblemException(s_invalid);
        var former = EmailAddress.Read(Encoding.UTF8.GetString(keys.OfPerson(person, "encrypted_former", "email_changes").Decrypt(blob, RowKey.Of(id.ToString())))).Address!;
        var account = await accounts.FindAsync(connection, user, cancellation) ?? throw new ProblemException(s_invalid);
        var now = EmailAddress.Read(await values.EmailAsync(connection, user, cancellation) ?? throw new ProblemException(s_invalid)).Address!;
        await accounts.HoldAddressesAsync(connection, cancellation, former, now);
        // While a key is rotated the constraint does not see it.
        if (await accounts.FindAsync(connection, former, cancellation) is { } other && other.Uuid != user) throw new ProblemException(s_taken);
        await Statement.RunAsync(
            connection, "UPDATE identity.users SET email_index = $2, encrypted_email = $3, email_verified = true, password_reset_required = true WHERE id = $1", cancellation, Statement.P(account.Id),
            Statement.P(accounts.IndexOf(former)), Statement.P(keys.Seal(person, "users", "encrypted_email", user, former.Mailbox)));
        await ForgetAsync(connection, account.Id, since, cancellation);
        await OwnLinks.UseUpAsync(connection, account.Id, [.. accounts.IndexesOf(former), .. accounts.IndexesOf(now)], cancellation);
        var families = await SessionStore.RevokeAsync(connection, account.Id, null, null, "a change of address was undone", cancellation);
        await events.WriteAsync(connection, new SecurityEvent("email_change_undone", "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Critical }, cancellation);
        await outbox.AddAsync(connection, MailKind.EmailUndone, new MailPayload(former.Mailbox), cancellation);
        return families;
    }

    /// <summary>What whoever changed the address may have set up since, or shortly before: the link to the new address is good for a day.</summary>
    private static async Task ForgetAsync(NpgsqlConnection connection, long user, DateTime changed, CancellationToken cancellation)
    {
        await Statement.RunAsync(connection, "UPDATE identity.email_changes SET closed = true WHERE user_id = $1 AND NOT closed AND changed_at >= $2", cancellation, Statement.P(user), Statement.P(changed));
        var since = changed - s_before;
        await Statement.RunAsync(connection, "UPDATE identity.user_devices SET revoked = true, revoked_at = now(), trusted = false WHERE user_id = $1 AND NOT revoked", cancellation, Statement.P(user));
        await Statement.RunAsync(
            connection,
            """
            UPDATE identity.user_2fa_settings SET enabled = false, enabled_at = NULL, encrypted_totp_secret = NULL, encrypted_phone_number = NULL, totp_last_step = NULL, backup_codes = NULL, backup_codes_generated_at = NULL
            WHERE user_id = $1 AND enabled_at >= $2
            """,
            cancellation, Statement.P(user), Statement.P(since));
        await Statement.RunAsync(connection, "DELETE FROM identity.user_passkeys WHERE user_id = $1 AND created_at >= $2", cancellation, Statement.P(user), Statement.P(since));
        await Statement.RunAsync(connection, "DELETE FROM identity.external_logins WHERE user_id = $1 AND created_at >= $2", cancellation, Statement.P(user), Statement.P(since));
        await Statement.RunAsync(connection, "DELETE FROM identity.external_flows WHERE user_id = $1", cancellation, Statement.P(user));
        await Statement.RunAsync(
            connection, "UPDATE identity.data_subject_requests SET status = 'rejected', withdrawn = true, completed_at = now() WHERE user_id = $1 AND request_type = 'erasure' AND status IN ('pending', 'in_progress') AND requested_at >= $2", cancellation,
            Statement.P(user), Statement.P(since));
    }
}
