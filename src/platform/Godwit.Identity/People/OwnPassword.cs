using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Lockout;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Reauthentication;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;

namespace Godwit.Identity.People;

/// <summary>A new password for who knows the one before. All other sessions end.</summary>
internal sealed class OwnPassword(IdentityDatabase database, PersonalValues values, PasswordPolicy policy, Reauthenticator again, BucketStore buckets, SessionGate gate, Outbox outbox, EventLog events)
{
    private static readonly FieldFault s_wrong = new("currentPassword", "is not the password");

    /// <exception cref="ProblemException">400: the current one is wrong, or the new one is none that is taken; 429: too many were wrong.</exception>
    public async Task ChangeAsync(Caller caller, PasswordChange change, Client client, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(change.CurrentPassword)) throw new ProblemException(Problem.ValidationFailed(new FieldFault("currentPassword", "is required")));
        var profile = await database.WithAsync(connection => values.OpenAsync(connection, caller.User, cancellation), cancellation) ?? throw new ProblemException(Problem.Of(404));
        List<FieldFault> faults = [.. policy.Judge("newPassword", change.NewPassword, EmailAddress.Read(profile.Email).Address, profile.FirstName, profile.LastName)];
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        var account = await again.RequirePasswordAsync(caller, "currentPassword", change.CurrentPassword, "password_change_refused", client, cancellation);
        var hash = await policy.HashAsync(change.NewPassword!, cancellation);
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                // In the place of the one that was verified: of two changes at once one succeeds.
                var changed = await Statement.RunAsync(
                    connection, "UPDATE identity.users SET password_hash = $3, password_changed_at = now(), password_reset_required = false, password_set_by_mail = false WHERE id = $1 AND password_hash = $2", cancellation,
                    Statement.P(account.Id), Statement.P(account.PasswordHash!), Statement.P(hash));
                if (changed == 0) throw new ProblemException(Problem.ValidationFailed(s_wrong));
                await buckets.PasswordSetAsync(connection, EmailAddress.Read(profile.Email).Address!, cancellation);
                // A login that was begun with the password of before goes no further.
                await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE user_id = $1 AND NOT used", cancellation, Statement.P(account.Id));
                var families = await SessionStore.RevokeAsync(connection, account.Id, null, caller.Family, "the password was changed", cancellation);
                await events.WriteAsync(connection, new SecurityEvent("password_changed", "account") { UserId = account.Id, Client = client }, cancellation);
                await outbox.AddAsync(connection, MailKind.PasswordChanged, new MailPayload(profile.Email), cancellation);
                return families;
            },
            cancellation);
        outbox.Wake();
        await gate.PublishAsync(ended);
    }
}
