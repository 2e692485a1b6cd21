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

    /// <summary>
    /// Takes steps from one number to the next, each if its number is the newest: of any number of requests at once, one succeeds. A row that somebody else holds is passed over.
    /// </summary>
    /// <param name="steps">Of a session one at most.</param>
    /// <param name="idle">A session that was not renewed for so long has ended.</param>
    /// <returns>The rows as they are now, by family. One whose number is not the newest, whose session has ended, or that was passed over, is not among them.</returns>
    public static async Task<Dictionary<Guid, SessionRow>> RotateAsync(NpgsqlConnection connection, IReadOnlyList<RotationStep> steps, TimeSpan idle, CancellationToken cancellation) => (await Statement.AllAsync(
        connection,
        $"""
        WITH step AS MATERIALIZED (
            SELECT s.id, a.key_id, a.address, a.fingerprint, a.agent
            FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::inet[], $5::bytea[], $6::text[]) AS a (family, sequence, key_id, address, fingerprint, agent)
            JOIN identity.user_sessions s ON s.family = a.family AND s.refresh_sequence = a.sequence
            WHERE NOT s.revoked AND s.expires_at > now() AND s.rotated_at > now() - $7
            FOR UPDATE OF s SKIP LOCKED)
        UPDATE identity.user_sessions s
        SET refresh_sequence = refresh_sequence + 1, refresh_key_id = a.key_id, rotated_at = now(), last_used_at = now(), ip_address = a.address, device_fingerprint = a.fingerprint, user_agent = a.agent
        FROM step a, identity.users u
        WHERE s.id = a.id AND u.id = s.user_id AND u.deleted_at IS NULL AND NOT (u.account_locked AND coalesce(u.account_locked_until, 'infinity') > now())
        RETURNING s.id, s.user_id, u.uuid, s.refresh_sequence, s.refresh_key_id, s.rotated_at, s.methods, s.device_fingerprint, s.expires_at, s.revoked, now(), {Roles}, s.family
        """,
        r => (Family: r.GetGuid(12), Row: Read(r)), cancellation,
        Statement.P(Array.ConvertAll([.. steps], s => s.Family)), Statement.P(Array.ConvertAll([.. steps], s => s.Sequence)), Statement.P(Array.ConvertAll([.. steps], s => Bytes(s.Key))),
        Statement.P(Array.ConvertAll([.. steps], s => s.Client.Address)), Statement.P(Array.ConvertAll([.. steps], s => s.Client.Fingerprint)), Statement.P(Array.ConvertAll([.. steps], s => s.Client.Agent)), Statement.P(idle)))
        .ToDictionary(r => r.Family, r => r.Row);

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

/// <summary>One session's step to its next number.</summary>
/// <param name="Sequence">The number that was presented.</param>
/// <param name="Key">The key of the successor.</param>
internal sealed record RotationStep(Guid Family, long Sequence, KeyId Key, Client Client);
