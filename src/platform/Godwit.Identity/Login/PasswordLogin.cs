using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Emails;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Lockout;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Security.Passwords;
using Npgsql;

namespace Godwit.Identity.Login;

/// <summary>
/// Signs in by address and password. An address without an account, a wrong password, one that has to be set anew and an account without one cost the same work and get the same answer.
/// </summary>
internal sealed class PasswordLogin(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PasswordPolicy policy, BucketStore buckets, LoginCompletion completion, Outbox outbox, EventLog events, TimeProvider time)
{
    /// <summary>A password that is longer is none that was ever taken.</summary>
    public const int LongestPassword = 512;

    private static readonly Problem s_wrong = new(401, "invalid-credentials", "Wrong address or password");

    private static readonly Problem s_slow = new(429, "too-many-attempts", "Too many attempts") { Detail = "Wait, or sign in by a mailed link or on a device that you have used before." };

    /// <exception cref="ProblemException">429: so many attempts went wrong that the password is not looked at for a while; 401: not these two together; 403: they are right, and an administrator has locked the account.</exception>
    public async Task<LoginOutcome> LoginAsync(LoginRequest request, Client client, CancellationToken cancellation)
    {
        List<FieldFault> faults = [];
        var (email, refused) = EmailAddress.Read(request.Email ?? "");
        if (email is null) faults.Add(new FieldFault("email", refused!));
        if (string.IsNullOrEmpty(request.Password)) faults.Add(new FieldFault("password", "is required"));
        else if (request.Password.Length > LongestPassword) faults.Add(new FieldFault("password", $"has at most {LongestPassword} characters"));
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        var (account, device, decision) = await database.InTransactionAsync(connection => AdmitAsync(connection, email!, client, cancellation), cancellation);
        if (decision.Verdict == LockoutVerdict.Locked) throw new ProblemException(s_slow with { RetryAfter = Math.Max(1, (int)Math.Ceiling((decision.Until!.Value - time.GetUtcNow()).TotalSeconds)) });
        var stored = decision.MayTry && account is not null && (!account.PasswordResetRequired || (device is not null && account.PasswordHash is not null)) ? account.PasswordHash : null;
        PasswordVerdict verdict;
        try
        {
            verdict = await policy.VerifyAsync(request.Password!, stored, cancellation);
        }
        catch (ProblemException) when (decision.MayTry)
        {
            // Its turn did not come: nothing was tried.
            await database.InTransactionAsync(connection => buckets.TakeBackAsync(connection, email!, device, client, CancellationToken.None), CancellationToken.None);
            throw;
        }
        if (account is null || verdict == PasswordVerdict.Wrong)
        {
            await database.InTransactionAsync(connection => FailAsync(connection, account, email!, device, decision, client, CancellationToken.None), CancellationToken.None);
            if (decision.DisabledPassword) outbox.Wake();
            throw new ProblemException(s_wrong);
        }
        var rehashed = verdict == PasswordVerdict.RightNeedsRehash ? await policy.HashAsync(request.Password!, cancellation) : null;
        return await completion.CompleteAsync(
            new LoginProof(account, LoginProof.Password, device)
            {
                UnderAttack = decision.Verdict == LockoutVerdict.AllowedWithSecondFactor,
                Begin = async connection => rehashed is not null && await RestampAsync(connection, account, rehashed, cancellation) == 1 ? account with { PasswordHash = rehashed } : account,
                // Until a second factor is shown, too, where one is asked for, the attempt stays counted.
                Succeeded = connection => buckets.SucceededAsync(connection, email!, device, client, cancellation),
            },
            client, cancellation);
    }

    /// <summary>Looks the account up and counts the attempt, which is then there whatever becomes of this process.</summary>
    private async Task<(Account? Account, Guid? Device, LockoutDecision Decision)> AdmitAsync(NpgsqlConnection connection, EmailAddress email, Client client, CancellationToken cancellation)
    {
        var account = await accounts.FindAsync(connection, email, cancellation);
        var device = account is null ? null : new DeviceToken(keys.Devices).Read(account.Uuid, client.DeviceToken);
        if (device is { } named && !await DeviceStore.IsKnownAsync(connection, account!.Id, named, cancellation)) device = null;
        var decision = await buckets.TryAsync(connection, email, device, client, cancellation);
        if (decision.Verdict == LockoutVerdict.Locked)
            await events.WriteAsync(connection, new SecurityEvent("login_throttled") { UserId = account?.Id, Client = client, Severity = EventSeverity.Warning, Blocked = true }, cancellation);
        return (account, device, decision);
    }

    private async Task FailAsync(NpgsqlConnection connection, Account? account, EmailAddress email, Guid? device, LockoutDecision decision, Client client, CancellationToken cancellation)
    {
        await events.WriteAsync(connection, new SecurityEvent("login_failed") { UserId = account?.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
        if (decision.DistrustedDevice && account is not null && device is { } stolen)
        {
            await Statement.RunAsync(connection, "UPDATE identity.user_devices SET revoked = true, revoked_at = now(), trusted = false WHERE user_id = $1 AND device_id = $2 AND NOT revoked", cancellation, Statement.P(account.Id), Statement.P(stolen));
            await events.WriteAsync(connection, new SecurityEvent("device_distrusted", "account") { UserId = account.Id, Device = stolen, Client = client, Severity = EventSeverity.Critical }, cancellation);
        }
        if (!decision.DisabledPassword || account is null) return;
        await Statement.RunAsync(connection, "UPDATE identity.users SET password_reset_required = true WHERE id = $1", cancellation, Statement.P(account.Id));
        await events.WriteAsync(connection, new SecurityEvent("password_disabled", "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Critical }, cancellation);
        await outbox.AddAsync(connection, MailKind.PasswordDisabled, new MailPayload(email.Mailbox), cancellation);
    }

    /// <summary>Only in the place of the hash that was verified: a password that was changed meanwhile stays.</summary>
    private static Task<int> RestampAsync(NpgsqlConnection connection, Account account, string hash, CancellationToken cancellation) => Statement.RunAsync(
        connection, "UPDATE identity.users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", cancellation, Statement.P(account.Id), Statement.P(account.PasswordHash!), Statement.P(hash));
}
