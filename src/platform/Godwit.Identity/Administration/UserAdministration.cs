using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Requests;
using Godwit.Identity.Roles;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Administration;

/// <summary>Accounts of others: found, read, locked, unlocked, their sessions ended. Each is recorded with who did it, and the person sees it among their own events.</summary>
internal sealed class UserAdministration(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, SessionGate gate, EventLog events, TimeProvider time)
{
    private const int LongestReason = 1000;

    private static readonly Problem s_own = new(409, "own-account", "Nobody locks their own account");

    private static readonly Problem s_more = Problem.Of(403) with { Detail = "The account has a role that allows what none of yours does." };

    /// <summary>By the whole address or the id: nothing can be browsed.</summary>
    /// <exception cref="ProblemException">400: neither, or no address.</exception>
    public async Task<IReadOnlyList<UserDocument>> SearchAsync(Caller caller, UserSearch search, CancellationToken cancellation)
    {
        if (search is { Id: { } id })
        {
            if (await FindAsync(caller, id, cancellation) is { } one) return [one];
            await MissAsync(caller, new JsonObject { ["asked"] = id.ToString() }, cancellation);
            return [];
        }
        var (email, refused) = EmailAddress.Read(search.Email ?? "");
        if (email is null) throw new ProblemException(Problem.ValidationFailed(new FieldFault("email", refused!)));
        var account = await database.WithAsync(connection => accounts.FindAsync(connection, email, cancellation), cancellation);
        if (account is not null && await FindAsync(caller, account.Uuid, cancellation) is { } found) return [found];
        await MissAsync(caller, EventAbout.Of(accounts.IndexOf(email)), cancellation);
        return [];
    }

    /// <exception cref="ProblemException">404: no such account.</exception>
    public async Task<UserDocument> ReadAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        if (await FindAsync(caller, id, cancellation) is { } found) return found;
        await MissAsync(caller, new JsonObject { ["asked"] = id.ToString() }, cancellation);
        throw new ProblemException(Problem.Of(404));
    }

    /// <summary>From now on nobody signs in to it, and its sessions end.</summary>
    /// <exception cref="ProblemException">400: no reason, or a time that has passed; 403: the account may do more than the caller; 404; 409: the caller's own, or the last administrator's.</exception>
    public async Task LockAsync(Caller caller, Guid id, LockForm form, CancellationToken cancellation)
    {
        List<FieldFault> faults = [];
        var reason = form.Reason?.Trim();
        if (reason is null or { Length: 0 or > LongestReason }) faults.Add(new FieldFault("reason", $"has 1 to {LongestReason} characters"));
        if (form.Until is { } until && until <= time.GetUtcNow()) faults.Add(new FieldFault("until", "is in the future, or left out"));
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        if (id == caller.User) throw new ProblemException(s_own);
        await using var person = await keys.Persons.OpenAsync(id.ToString(), cancellation) ?? throw new ProblemException(Problem.Of(404));
        var plain = Encoding.UTF8.GetBytes(reason!);
        var blob = new byte[FieldCipher.BlobLength(plain.Length)];
        keys.OfPerson(person, "encrypted_lock_reason").Encrypt(plain, RowKey.Of(id.ToString()), blob);
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                var user = await HoldAsync(connection, caller, id, cancellation);
                await Administrators.RequireAnotherAsync(connection, user, cancellation);
                await Statement.RunAsync(
                    connection, "UPDATE identity.users SET account_locked = true, account_locked_until = $2, encrypted_lock_reason = $3 WHERE id = $1", cancellation,
                    Statement.P(user), Statement.P(form.Until?.UtcDateTime, NpgsqlDbType.TimestampTz), Statement.P(blob));
                var families = await SessionStore.RevokeAsync(connection, user, null, null, "the account was locked", cancellation);
                await WriteAsync(connection, "account_locked", caller, user, EventSeverity.Critical, cancellation, ("until", form.Until?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));
                return families;
            },
            cancellation);
        await gate.PublishAsync(ended);
    }

    /// <exception cref="ProblemException">403: the account may do more than the caller; 404.</exception>
    public Task UnlockAsync(Caller caller, Guid id, CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            var user = await HoldAsync(connection, caller, id, cancellation);
            var changed = await Statement.RunAsync(
                connection, "UPDATE identity.users SET account_locked = false, account_locked_until = NULL, encrypted_lock_reason = NULL WHERE id = $1 AND account_locked", cancellation, Statement.P(user));
            if (changed > 0) await WriteAsync(connection, "account_unlocked", caller, user, EventSeverity.Warning, cancellation);
        },
        cancellation);

    /// <returns>How many there were.</returns>
    /// <exception cref="ProblemException">403: the account may do more than the caller; 404.</exception>
    public async Task<EndedSessions> EndSessionsAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                var user = await HoldAsync(connection, caller, id, cancellation);
                var families = await SessionStore.RevokeAsync(connection, user, null, null, "ended by an administrator", cancellation);
                await WriteAsync(connection, "sessions_ended", caller, user, EventSeverity.Warning, cancellation);
                return families;
            },
            cancellation);
        await gate.PublishAsync(ended);
        return new EndedSessions(ended.Count);
    }

    /// <summary>Who tries out addresses is seen by that, too. The event says which by the blind index: the address stands nowhere.</summary>
    private Task MissAsync(Caller caller, JsonObject asked, CancellationToken cancellation)
    {
        asked["by"] = caller.User.ToString();
        return database.InTransactionAsync(connection => events.WriteAsync(connection, new SecurityEvent("user_search_missed", "data_access") { Data = asked }, cancellation), cancellation);
    }

    private Task<UserDocument?> FindAsync(Caller caller, Guid id, CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            if (await values.OpenAsync(connection, id, cancellation) is not { } profile) return null;
            var row = await Statement.FirstAsync(
                connection,
                """
                SELECT u.id, u.password_reset_required, u.account_locked AND coalesce(u.account_locked_until, 'infinity') > now(), u.account_locked_until, u.encrypted_lock_reason,
                    EXISTS (SELECT FROM identity.user_2fa_settings f WHERE f.user_id = u.id AND f.enabled), (SELECT count(*) FROM identity.user_sessions s WHERE s.user_id = u.id AND NOT s.revoked AND s.expires_at > now()),
                    ARRAY(SELECT r.role FROM identity.user_roles r WHERE r.user_id = u.id ORDER BY r.role)
                FROM identity.users u WHERE u.uuid = $1 AND u.deleted_at IS NULL
                """,
                r => (Id: r.GetInt64(0), Reset: r.GetBoolean(1), Locked: r.GetBoolean(2), Until: r.IsDBNull(3) ? null : (DateTimeOffset?)r.GetFieldValue<DateTimeOffset>(3), Reason: r.IsDBNull(4) ? null : r.GetFieldValue<byte[]>(4),
                    Factor: r.GetBoolean(5), Sessions: r.GetInt64(6), Roles: r.GetFieldValue<string[]>(7)),
                cancellation, Statement.P(id));
            if (row.Id == 0) return null;
            await WriteAsync(connection, "user_read", caller, row.Id, EventSeverity.Info, cancellation);
            return new UserDocument(
                id, profile.Email, profile.FirstName, profile.LastName, profile.EmailVerified, row.Reset, row.Locked, row.Locked ? row.Until : null, row.Locked ? await ReasonAsync(id, row.Reason, cancellation) : null, row.Factor, row.Sessions, row.Roles,
                profile.CreatedAt, profile.LastLoginAt);
        },
        cancellation);

    private async Task<string?> ReasonAsync(Guid id, byte[]? blob, CancellationToken cancellation)
    {
        if (blob is null || await keys.Persons.OpenAsync(id.ToString(), cancellation) is not { } person) return null;
        await using (person) return Encoding.UTF8.GetString(keys.OfPerson(person, "encrypted_lock_reason").Decrypt(blob, RowKey.Of(id.ToString())));
    }

    /// <summary>The account's row, held: an administrator is not locked out by who may less.</summary>
    private static async Task<long> HoldAsync(NpgsqlConnection connection, Caller caller, Guid id, CancellationToken cancellation)
    {
        // The order of locks is everywhere this: administrators, then the account.
        await Administrators.HoldAsync(connection, cancellation);
        var (user, more) = await Statement.FirstAsync(
            connection,
            """
            SELECT t.id, EXISTS (SELECT p.permission FROM identity.user_roles r JOIN identity.role_permissions p USING (role) WHERE r.user_id = t.id
                EXCEPT SELECT p.permission FROM identity.user_roles r JOIN identity.role_permissions p USING (role) JOIN identity.users c ON c.id = r.user_id WHERE c.uuid = $2)
            FROM identity.users t WHERE t.uuid = $1 AND t.deleted_at IS NULL FOR NO KEY UPDATE
            """,
            r => (r.GetInt64(0), r.GetBoolean(1)), cancellation, Statement.P(id), Statement.P(caller.User));
        if (user == 0) throw new ProblemException(Problem.Of(404));
        return more ? throw new ProblemException(s_more) : user;
    }

    private Task WriteAsync(NpgsqlConnection connection, string type, Caller caller, long user, EventSeverity severity, CancellationToken cancellation, params ReadOnlySpan<(string Name, string? Value)> more) =>
        AdminEvent.WriteAsync(events, connection, type, caller, user, severity, cancellation, more);
}
