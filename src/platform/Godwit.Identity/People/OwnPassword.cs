using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Security.Emails;
using Godwit.Identity.Events;
using Godwit.Identity.Lockout;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Godwit.Security.Passwords;

namespace Godwit.Identity.People;

/// <summary>A new password for who knows the one before. All other sessions end.</summary>
internal sealed class OwnPassword(IdentityDatabase database, AccountFinder accounts, PersonalValues values, PasswordPolicy policy, BucketStore buckets, SessionGate gate, Outbox outbox, EventLog events)
{
    private static readonly FieldFault s_wrong = new("currentPassword", "is not the password");

    /// <exception cref="ProblemException">400: the current one is wrong, or the new one is none that is taken.</exception>
    public async Task ChangeAsync(Caller caller, PasswordChange change, Client client, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(change.CurrentPassword)) throw new ProblemException(Problem.ValidationFailed(new FieldFault("currentPassword", "is required")));
        var (account, profile) = await database.WithAsync(
            async connection => (await accounts.FindAsync(connection, caller.User, cancellation), await values.OpenAsync(connection, caller.User, cancellation)), cancellation);
        if (account is null || profile is null) throw new ProblemException(Problem.Of(404));
        List<FieldFault> faults = [.. policy.Judge("newPassword", change.NewPassword, EmailAddress.Read(profile.Email).Address, profile.FirstName, profile.LastName)];
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        if (await policy.VerifyAsync(change.CurrentPassword, account.PasswordHash, cancellation) == PasswordVerdict.Wrong)
        {
            await database.InTransactionAsync(connection => events.WriteAsync(connection, new SecurityEvent("password_change_refused", "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation), cancellation);
            throw new ProblemException(Problem.ValidationFailed(s_wrong));
        }
        var hash = await policy.HashAsync(change.NewPassword!, cancellation);
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                // In the place of the one that was verified: of two changes at once one succeeds.
                var changed = await Statement.RunAsync(
                    connection, "UPDATE identity.users SET password_hash = $3, password_changed_at = now(), password_reset_required = false WHERE id = $1 AND password_hash = $2", cancellation,
                    Statement.P(account.Id), Statement.P(account.PasswordHash!), Statement.P(hash));
                if (changed == 0) throw new ProblemException(Problem.ValidationFailed(s_wrong));
                await buckets.PasswordSetAsync(connection, EmailAddress.Read(profile.Email).Address!, cancellation);
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
