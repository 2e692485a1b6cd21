using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Security.Fields;
using Godwit.Security.Passwords;
using Npgsql;

namespace Godwit.Identity.SecondFactors;

/// <summary>A code that was right, and is not used up yet: <see cref="FactorVerifier.UseAsync"/> does that in the transaction of what it opens.</summary>
/// <param name="Step">Of an authenticator.</param>
/// <param name="BackupCode">The stored hash of a code on paper.</param>
/// <param name="Method">How it was shown (RFC 8176): otp, hwk or pwd.</param>
internal sealed record RightCode(Guid Challenge, Account Account, long? Step, string? BackupCode, string Method = "otp")
{
    /// <summary>What a login has shown before.</summary>
    public IReadOnlyList<string> Proved { get; init; } = [];

    /// <summary>Whether it was no code that was sent: a passkey, an authenticator, a code on paper.</summary>
    public bool IsBesidesMail => Method == "hwk" || Step is not null || BackupCode is not null;
}

/// <summary>
/// Verifies codes. An attempt counts before the code is looked at, so that of a thousand at once only so many are; it is taken back when the code was right. All kinds of codes share one count.
/// </summary>
internal sealed class FactorVerifier(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PasswordPolicy hashes, PasskeyVerifier passkeys, EventLog events, TimeProvider time)
{
    private static readonly Problem s_wrong = new(401, "wrong-code", "The code is wrong") { Detail = "It is good once, for ten minutes, where it was asked for. After three wrong ones, ask for another." };

    private static readonly Problem s_slow = new(429, "too-many-attempts", "Too many attempts");

    /// <param name="challenge">The row.</param>
    /// <param name="purpose">What it has to be for.</param>
    /// <param name="binding">What it has to be bound to.</param>
    /// <param name="request">What was typed, or what a passkey answered.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">401: it is wrong, used, too old, or for something else; 429: too many were wrong.</exception>
    public async Task<RightCode> VerifyAsync(Guid? challenge, string purpose, byte[] binding, CodeRequest request, Client client, CancellationToken cancellation)
    {
        if (challenge is not { } id || (string.IsNullOrEmpty(request.Code) && request.Credential is null)) throw new ProblemException(s_wrong);
        var (asked, until) = await database.InTransactionAsync(connection => AdmitAsync(connection, id, purpose, binding, client, cancellation), cancellation);
        if (until is { } later) throw new ProblemException(s_slow with { RetryAfter = Math.Max(1, (int)Math.Ceiling((later - time.GetUtcNow()).TotalSeconds)) });
        if (asked is null) throw new ProblemException(s_wrong);
        RightCode? right;
        try
        {
            right = await MatchAsync(asked, id, purpose, request, client, cancellation);
        }
        catch (ProblemException e) when (e.Problem.Status == 503)
        {
            // Its turn did not come, or the database went: nothing was tried.
            await TakeBackAsync(id, asked.Account.Id);
            throw;
        }
        if (right is not null) return right with { Proved = asked.Proved };
        await database.InTransactionAsync(connection => events.WriteAsync(connection, new SecurityEvent("second_factor_failed") { UserId = asked.Account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation), cancellation);
        throw new ProblemException(s_wrong);
    }

    /// <summary>Uses the code up in the connection's transaction, and forgets the wrong ones before it.</summary>
    /// <exception cref="ProblemException">401: somebody else used it in between.</exception>
    public static async Task UseAsync(NpgsqlConnection connection, RightCode code, CancellationToken cancellation)
    {
        var used = await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE id = $1 AND NOT used", cancellation, Statement.P(code.Challenge));
        if (used == 1 && code.Step is { } step)
            used = await Statement.RunAsync(
                connection, "UPDATE identity.user_2fa_settings SET totp_last_step = $2 WHERE user_id = $1 AND coalesce(totp_last_step, -1) < $2", cancellation, Statement.P(code.Account.Id), Statement.P(step));
        if (used == 1 && code.BackupCode is { } paper)
            used = await Statement.RunAsync(
                connection, "UPDATE identity.user_2fa_settings SET backup_codes = array_remove(backup_codes, $2) WHERE user_id = $1 AND $2 = ANY(backup_codes)", cancellation, Statement.P(code.Account.Id), Statement.P(paper));
        if (used != 1) throw new ProblemException(s_wrong);
        await FactorSettings.CountAsync(connection, code.Account.Id, Lockout.Bucket.Succeeded(), cancellation);
        Figures.IdentityMeter.FactorPassed();
    }

    private async Task<(Asked? Asked, DateTimeOffset? LockedUntil)> AdmitAsync(NpgsqlConnection connection, Guid id, string purpose, byte[] binding, Client client, CancellationToken cancellation)
    {
        var row = await Statement.FirstAsync(
            connection,
            """
            SELECT o.user_id, u.uuid, o.code_hash, now(), o.method, o.proved, o.passkey_state FROM identity.user_otp_codes o JOIN identity.users u ON u.id = o.user_id
            WHERE o.id = $1 AND o.purpose = $2 AND o.bound_to = $3 AND NOT o.used AND o.expires_at > now() AND o.attempts < o.max_attempts AND u.deleted_at IS NULL FOR UPDATE OF o
            """,
            r => (Found: true, User: r.GetInt64(0), Uuid: r.GetGuid(1), Hash: r.IsDBNull(2) ? null : r.GetString(2), Now: r.GetFieldValue<DateTimeOffset>(3), Method: r.GetString(4), Proved: r.GetFieldValue<string[]>(5), State: r.IsDBNull(6) ? null : r.GetString(6)), cancellation,
            Statement.P(id), Statement.P(purpose), Statement.P(binding));
        if (!row.Found || await accounts.FindAsync(connection, row.Uuid, cancellation) is not { } account) return (null, null);
        var settings = await FactorSettings.HoldAsync(connection, row.User, cancellation);
        if (settings.Attempts.LockedAt(FactorSettings.Policy, row.Now) is { } until)
        {
            await events.WriteAsync(connection, new SecurityEvent("second_factor_throttled") { UserId = row.User, Client = client, Severity = EventSeverity.Warning, Blocked = true }, cancellation);
            return (null, until);
        }
        await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET attempts = attempts + 1 WHERE id = $1", cancellation, Statement.P(id));
        await FactorSettings.CountAsync(connection, row.User, settings.Attempts.Tried(FactorSettings.Policy, row.Now), cancellation);
        return (new Asked(account, settings, row.Hash, row.Method, row.Proved, row.State), null);
    }

    private async Task TakeBackAsync(Guid challenge, long user)
    {
        try
        {
            await database.InTransactionAsync(
                async connection =>
                {
                    await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET attempts = attempts - 1 WHERE id = $1 AND attempts > 0", CancellationToken.None, Statement.P(challenge));
                    var settings = await FactorSettings.HoldAsync(connection, user, CancellationToken.None);
                    await FactorSettings.CountAsync(connection, user, settings.Attempts.TakenBack(FactorSettings.Policy), CancellationToken.None);
                },
                CancellationToken.None);
        }
        catch (ProblemException)
        {
            // The database is still away: what it has counted stays there, and is forgotten with time.
        }
    }

    private async Task<RightCode?> MatchAsync(Asked asked, Guid id, string purpose, CodeRequest request, Client client, CancellationToken cancellation)
    {
        if (request.Credential is { } credential)
        {
            // Its counter is used up here: what it says of a copy is kept whatever comes afterwards.
            return asked.State is { } state && await passkeys.VerifyAsync(credential, state, asked.Account.Uuid, client, cancellation) is { } shown
                && await database.InTransactionAsync(connection => passkeys.UseAsync(connection, shown, client, cancellation), cancellation)
                ? new RightCode(id, asked.Account, null, null, "hwk")
                : null;
        }
        var typed = request.Code!;
        if (asked.Method == FactorMethod.Password.Word() && typed.Length <= Login.PasswordLogin.LongestPassword && asked.Account.PasswordHash is { } password && await hashes.VerifyAsync(typed, password, cancellation) != PasswordVerdict.Wrong)
            return new RightCode(id, asked.Account, null, null, "pwd");
        if (OneTimeCode.Read(typed) is { } digits)
        {
            if (asked.Hash is { } hash) return await hashes.VerifyAsync(Challenges.Bound(id, digits), hash, cancellation) == PasswordVerdict.Wrong ? null : new RightCode(id, asked.Account, null, null);
            return asked.Method == FactorMethod.Totp.Word() && await SeedAsync(asked, cancellation) is { } seed && Totp.Match(seed, digits, time.GetUtcNow(), asked.Settings.TotpLastStep) is { } step ? new RightCode(id, asked.Account, step, null) : null;
        }
        // What is set up for the first time, or a number, is shown to work by itself, not by paper.
        if (purpose is "enrol" or "phone_verify" || BackupCodes.Read(typed) is not { } paper) return null;
        foreach (var stored in asked.Settings.BackupCodes)
        {
            if (await hashes.VerifyAsync(paper, stored, cancellation) != PasswordVerdict.Wrong) return new RightCode(id, asked.Account, null, stored);
        }
        return null;
    }

    private async Task<byte[]?> SeedAsync(Asked asked, CancellationToken cancellation)
    {
        if (asked.Settings.TotpSeed is not { } blob || await keys.Persons.OpenAsync(asked.Account.Uuid.ToString(), cancellation) is not { } person) return null;
        await using (person)
        {
            return keys.OfPerson(person, "encrypted_totp_secret", "user_2fa_settings").Decrypt(blob, RowKey.Of(asked.Account.Uuid.ToString()));
        }
    }

    private sealed record Asked(Account Account, FactorSettings Settings, string? Hash, string Method, string[] Proved, string? State);
}
