using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.DataRequests;
using Godwit.Identity.Emails;
using Godwit.Identity.Events;
using Godwit.Identity.Lockout;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Security.Passwords;
using Npgsql;

namespace Godwit.Identity.Erasure;

/// <summary>
/// Proof, once more, of who asks: the password, or a session of this quarter of an hour; and where the account has a second factor, a code, or a session of this quarter of an hour that has shown one. A token that somebody found
/// is none. Wrong passwords are counted as those of logins are.
/// </summary>
internal sealed class Reauthentication(IdentityDatabase database, AccountFinder accounts, PersonalValues values, PasswordPolicy policy, BucketStore buckets, Challenges challenges, FactorVerifier verifier, EventLog events, TimeProvider time)
{
    /// <summary>The purpose of <c>/v1/auth/2fa/challenge</c>.</summary>
    private const string Purpose = "disable";

    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(15);

    private static readonly Problem s_again = new(403, "sign-in-again", "Sign in again") { Detail = "This is done within a quarter of an hour after signing in, or with the password." };

    private static readonly Problem s_factor = new(403, "second-factor-needed", "A second factor is needed") { Detail = "Send a code with its challenge (/v1/auth/2fa/challenge), or sign in again with the second factor." };

    private static readonly Problem s_slow = new(429, "too-many-attempts", "Too many attempts");

    private static readonly FieldFault s_wrong = new("password", "is not the password");

    /// <exception cref="ProblemException">403: the session is older than a quarter of an hour.</exception>
    public static async Task RequireRecentAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        if (!await IsRecentAsync(connection, caller, cancellation)) throw new ProblemException(s_again);
    }

    /// <returns>What uses the code up, in the transaction of what it is for; it throws when somebody else was faster.</returns>
    /// <exception cref="ProblemException">400: the password is wrong; 401: the code is; 403: something is missing; 429: too many were wrong.</exception>
    public async Task<Func<NpgsqlConnection, Task>> RequireAsync(Caller caller, DataRequestForm form, Client client, CancellationToken cancellation)
    {
        var (account, factor, recent, shown) = await database.WithAsync(
            async connection =>
            {
                var found = await accounts.FindAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));
                return (found, await FactorSettings.FindAsync(connection, found.Id, cancellation) is { Enabled: true }, await IsRecentAsync(connection, caller, cancellation), await HasShownAsync(connection, caller, cancellation));
            },
            cancellation);
        if (!string.IsNullOrEmpty(form.Password)) await RequirePasswordAsync(caller, account, form.Password, client, cancellation);
        else if (!recent) throw new ProblemException(s_again);
        if (!factor || (recent && shown)) return _ => Task.CompletedTask;
        if (string.IsNullOrEmpty(form.Code)) throw new ProblemException(s_factor);
        var right = await verifier.VerifyAsync(challenges.Read(Purpose, form.Challenge), Purpose, Challenges.BindingOf(Purpose, caller.Family), new CodeRequest(form.Challenge, form.Code), client, cancellation);
        if (right.Account.Uuid != caller.User) throw new ProblemException(s_factor);
        return connection => FactorVerifier.UseAsync(connection, right, cancellation);
    }

    private async Task RequirePasswordAsync(Caller caller, Account account, string password, Client client, CancellationToken cancellation)
    {
        var (email, device, decision) = await database.InTransactionAsync(
            async connection =>
            {
                var address = await values.EmailAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));
                var used = await Statement.FirstAsync(connection, "SELECT device_id FROM identity.user_sessions WHERE family = $1", r => r.IsDBNull(0) ? null : (Guid?)r.GetGuid(0), cancellation, Statement.P(caller.Family));
                var normal = EmailAddress.Read(address).Address!;
                return (normal, used, await buckets.TryAsync(connection, normal, used, client, cancellation));
            },
            cancellation);
        if (decision.Verdict == LockoutVerdict.Locked) throw new ProblemException(s_slow with { RetryAfter = Math.Max(1, (int)Math.Ceiling((decision.Until!.Value - time.GetUtcNow()).TotalSeconds)) });
        var right = decision.MayTry && await policy.VerifyAsync(password, account.PasswordHash, cancellation) != PasswordVerdict.Wrong;
        await database.InTransactionAsync(
            async connection =>
            {
                if (right) await buckets.SucceededAsync(connection, email, device, client, cancellation);
                else await events.WriteAsync(connection, new SecurityEvent("reauthentication_failed") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
            },
            cancellation);
        if (!right) throw new ProblemException(Problem.ValidationFailed(s_wrong));
    }

    private static Task<bool> IsRecentAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation) => Statement.FirstAsync(
        connection, "SELECT authenticated_at > now() - $2 FROM identity.user_sessions WHERE family = $1", r => r.GetBoolean(0), cancellation, Statement.P(caller.Family), Statement.P(s_recent));

    /// <summary>As the session's row says, which is newer than the token.</summary>
    private static Task<bool> HasShownAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation) => Statement.FirstAsync(
        connection, "SELECT methods && ARRAY['otp', 'hwk'] FROM identity.user_sessions WHERE family = $1", r => r.GetBoolean(0), cancellation, Statement.P(caller.Family));
}
