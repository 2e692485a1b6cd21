using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Lockout;
using Godwit.Identity.Passwords;
using Godwit.Security.Passwords;
using Npgsql;

namespace Godwit.Identity.Reauthentication;

/// <summary>What became of a password.</summary>
/// <param name="InARow">Wrong ones, one after another, with this one.</param>
internal sealed record PasswordAttempt(Account Account, bool Right, int InARow);

/// <summary>
/// Passwords of an account that are tried by who has something already: a session, or a link. Each of these has a bucket of its own, so that what strangers try at logins counts here for nothing; all sessions of an account share one,
/// and what was tried in a row with each of them is counted for it alone: no session ends for what was tried with another. An attempt counts before the password is looked at, and is taken back when it was right.
/// </summary>
internal sealed class PasswordAttempts(IdentityDatabase database, AccountFinder accounts, PasswordPolicy policy, BucketRows rows, TimeProvider time)
{
    /// <summary>Wrong passwords in a row, after which what they were tried with is of no use.</summary>
    public const int Most = 10;

    /// <summary>One that is longer is none that was ever taken.</summary>
    public const int LongestPassword = 512;

    private static readonly BucketPolicy s_policy = new(5, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromHours(2));

    private static readonly Problem s_slow = new(429, "too-many-attempts", "Too many attempts") { Detail = "Wait, or ask for a new password by mail." };

    /// <param name="kind">What it is tried with: session or link.</param>
    /// <param name="of">For whom it is slowed down: the account, or the link.</param>
    /// <param name="with">Which session or link it is tried with.</param>
    /// <param name="user">Whose password.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="anywhere">Takes one, too, that opens known devices only.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">404: the account is gone; 429: too many were wrong; 503: no time to look at it, and it does not count.</exception>
    public async Task<PasswordAttempt> TryAsync(string kind, string of, Guid with, Guid user, string password, bool anywhere, CancellationToken cancellation)
    {
        var (bucket, row) = (rows.Names(kind, of), rows.Names($"{kind} in a row", with.ToString()));
        var (account, inARow, until) = await database.InTransactionAsync(connection => AdmitAsync(connection, user, bucket, row, cancellation), cancellation);
        if (until is { } later) throw new ProblemException(s_slow with { RetryAfter = Math.Max(1, (int)Math.Ceiling((later - time.GetUtcNow()).TotalSeconds)) });
        bool right;
        try
        {
            right = await policy.VerifyAsync(password, account.PasswordResetRequired && !anywhere ? null : account.PasswordHash, cancellation) != PasswordVerdict.Wrong && !account.Locked;
        }
        catch (ProblemException)
        {
            // Its turn did not come: nothing was tried.
            await database.InTransactionAsync(connection => TakeBackAsync(connection, bucket, row), CancellationToken.None);
            throw;
        }
        if (right) await database.InTransactionAsync(connection => BucketRows.ForgetAsync(connection, [.. bucket, .. row], cancellation), cancellation);
        return new PasswordAttempt(account, right, inARow);
    }

    /// <summary>Forgets what was tried with sessions: the password is another one.</summary>
    public Task ForgetAsync(NpgsqlConnection connection, Guid user, CancellationToken cancellation) => BucketRows.ForgetAsync(connection, rows.Names("session", user.ToString()), cancellation);

    private async Task<(Account Account, int InARow, DateTimeOffset? Until)> AdmitAsync(NpgsqlConnection connection, Guid user, byte[][] bucket, byte[][] row, CancellationToken cancellation)
    {
        var account = await accounts.FindAsync(connection, user, cancellation) ?? throw new ProblemException(Problem.Of(404));
        var (held, now) = await BucketRows.HoldAsync(connection, [bucket, row], cancellation);
        if (held[0].Bucket.LockedAt(s_policy, now) is { } until) return (account, held[1].InARow, until);
        await BucketRows.WriteAsync(connection, bucket, new BucketRow(held[0].Bucket.Tried(s_policy, now)), cancellation);
        await BucketRows.WriteAsync(connection, row, new BucketRow(Bucket.Empty, held[1].InARow + 1), cancellation);
        return (account, held[1].InARow + 1, null);
    }

    private static async Task TakeBackAsync(NpgsqlConnection connection, byte[][] bucket, byte[][] row)
    {
        var (held, _) = await BucketRows.HoldAsync(connection, [bucket, row], CancellationToken.None);
        await BucketRows.WriteAsync(connection, bucket, new BucketRow(held[0].Bucket.TakenBack(s_policy)), CancellationToken.None);
        await BucketRows.WriteAsync(connection, row, new BucketRow(Bucket.Empty, Math.Max(0, held[1].InARow - 1)), CancellationToken.None);
    }
}
