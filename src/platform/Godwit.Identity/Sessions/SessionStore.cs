using Godwit.Identity.Database;
using Godwit.Identity.Requests;
using Godwit.Security.Keyring;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Sessions;

/// <summary>The rows of sessions, one a family of refresh tokens.</summary>
internal static class SessionStore
{
    private const string Roles = "ARRAY(SELECT r.role FROM identity.user_roles r WHERE r.user_id = s.user_id ORDER BY r.role)";

    public static Task<(long Id, DateTimeOffset Expires, string[] Roles)> InsertAsync(NpgsqlConnection connection, long user, Guid family, KeyId key, IReadOnlyList<string> methods, Guid device, Client client, string? country, TimeSpan life, CancellationToken cancellation) =>
        Statement.FirstAsync(
            connection,
            $"""
            INSERT INTO identity.user_sessions AS s (user_id, family, refresh_key_id, methods, device_id, device_fingerprint, user_agent, ip_address, expires_at, country_code)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9, $10) RETURNING id, expires_at, {Roles}
            """,
            r => (r.GetInt64(0), r.GetFieldValue<DateTimeOffset>(1), r.GetFieldValue<string[]>(2)), cancellation,
            Statement.P(user), Statement.P(family), Statement.P(Bytes(key)), Statement.P(methods.ToArray()), Statement.P(device), Statement.P(client.Fingerprint), Statement.P(client.Agent, NpgsqlDbType.Text),
            Statement.P(client.Address), Statement.P(life), Statement.P(country, NpgsqlDbType.Char));

    /// <summary>Takes the step from one number to the next, if that is the newest: of any number of requests at once, one succeeds.</summary>
    /// <returns>Null when the number is not the newest, or the session has ended.</returns>
    public static Task<SessionRow?> TryRotateAsync(NpgsqlConnection connection, Guid family, long sequence, KeyId key, Client client, CancellationToken cancellation) => Statement.FirstAsync(
        connection,
        $"""
        UPDATE identity.user_sessions s SET refresh_sequence = refresh_sequence + 1, refresh_key_id = $3, rotated_at = now(), last_used_at = now(), ip_address = $4, device_fingerprint = $5, user_agent = $6
        FROM identity.users u
        WHERE s.family = $1 AND s.refresh_sequence = $2 AND NOT s.revoked AND s.expires_at > now() AND u.id = s.user_id AND u.deleted_at IS NULL
            AND NOT (u.account_locked AND coalesce(u.account_locked_until, 'infinity') > now())
        RETURNING s.id, s.user_id, u.uuid, s.refresh_sequence, s.refresh_key_id, s.rotated_at, s.methods, s.device_fingerprint, s.expires_at, s.revoked, now(), {Roles}
        """,
        Read, cancellation, Statement.P(family), Statement.P(sequence), Statement.P(Bytes(key)), Statement.P(client.Address), Statement.P(client.Fingerprint), Statement.P(client.Agent, NpgsqlDbType.Text));

    public static Task<SessionRow?> FindAsync(NpgsqlConnection connection, Guid family, CancellationToken cancellation) => Statement.FirstAsync(
        connection,
        $"""
        SELECT s.id, s.user_id, u.uuid, s.refresh_sequence, s.refresh_key_id, s.rotated_at, s.methods, s.device_fingerprint, s.expires_at, s.revoked, now(), {Roles}
        FROM identity.user_sessions s JOIN identity.users u ON u.id = s.user_id WHERE s.family = $1 AND u.deleted_at IS NULL
        FOR UPDATE OF s
        """,
        Read, cancellation, Statement.P(family));

    /// <summary>Ends sessions that are not ended yet.</summary>
    /// <param name="user">The account that they are of.</param>
    /// <param name="family">One of them; null for all.</param>
    /// <param name="except">One that stays; null for none.</param>
    /// <returns>The families that were ended.</returns>
    public static Task<List<Guid>> RevokeAsync(NpgsqlConnection connection, long user, Guid? family, Guid? except, string reason, CancellationToken cancellation) => Statement.AllAsync(
        connection,
        """
        UPDATE identity.user_sessions SET revoked = true, revoked_at = now(), revoked_reason = $4
        WHERE user_id = $1 AND NOT revoked AND ($2::uuid IS NULL OR family = $2) AND ($3::uuid IS NULL OR family <> $3) RETURNING family
        """,
        r => r.GetGuid(0), cancellation, Statement.P(user), Statement.P(family, NpgsqlDbType.Uuid), Statement.P(except, NpgsqlDbType.Uuid), Statement.P(reason));

    public static byte[] Bytes(KeyId key)
    {
        var bytes = new byte[KeyId.Length];
        key.Write(bytes);
        return bytes;
    }

    private static SessionRow Read(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetInt64(1), r.GetGuid(2), r.GetInt64(3), KeyId.Read(r.GetFieldValue<byte[]>(4)), r.GetFieldValue<DateTimeOffset>(5), r.GetFieldValue<string[]>(6), r.GetFieldValue<byte[]>(7),
        r.GetFieldValue<DateTimeOffset>(8), r.GetBoolean(9), r.GetFieldValue<DateTimeOffset>(10), r.GetFieldValue<string[]>(11));
}

/// <param name="Now">The database's clock, by which the other times are.</param>
internal sealed record SessionRow(
    long Id, long UserId, Guid UserUuid, long Sequence, KeyId Key, DateTimeOffset RotatedAt, string[] Methods, byte[] Fingerprint, DateTimeOffset Expires, bool Revoked, DateTimeOffset Now, string[] Roles);
