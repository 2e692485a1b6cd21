using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Godwit.Identity.Passkeys;

/// <summary>The rows of passkeys.</summary>
internal static class PasskeyStore
{
    /// <summary>An account's passkeys, for a ceremony.</summary>
    public static async Task<PasskeyHolder> HolderAsync(NpgsqlConnection connection, Account account, CancellationToken cancellation) => new(
        account.Uuid,
        await Statement.AllAsync(
            connection, "SELECT credential_id, public_key, created_at, transports, user_verified, backup_eligible, backed_up FROM identity.user_passkeys WHERE user_id = $1 ORDER BY id",
            // The counter is judged when it is written: here none is too low.
            r => new UserPasskeyInfo(r.GetFieldValue<byte[]>(0), r.GetFieldValue<byte[]>(1), r.GetFieldValue<DateTimeOffset>(2), 0, r.GetFieldValue<string[]>(3), r.GetBoolean(4), r.GetBoolean(5), r.GetBoolean(6), [], []),
            cancellation, Statement.P(account.Id)));

    public static Task<long> CountAsync(NpgsqlConnection connection, long user, CancellationToken cancellation) =>
        Statement.FirstAsync(connection, "SELECT count(*) FROM identity.user_passkeys WHERE user_id = $1", r => r.GetInt64(0), cancellation, Statement.P(user));

    /// <returns>Null when somebody has it already.</returns>
    public static Task<PasskeyDocument?> InsertAsync(NpgsqlConnection connection, long user, string name, UserPasskeyInfo made, CancellationToken cancellation) => Statement.FirstAsync(
        connection,
        """
        INSERT INTO identity.user_passkeys (user_id, credential_id, public_key, name, sign_count, transports, user_verified, backup_eligible, backed_up)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING uuid, name, created_at, last_used_at, backed_up, transports
        """,
        Read, cancellation, Statement.P(user), Statement.P(made.CredentialId), Statement.P(made.PublicKey), Statement.P(name), Statement.P((long)made.SignCount), Statement.P(made.Transports ?? []),
        Statement.P(made.IsUserVerified), Statement.P(made.IsBackupEligible), Statement.P(made.IsBackedUp));

    public static Task<List<PasskeyDocument>> ListAsync(NpgsqlConnection connection, Guid user, CancellationToken cancellation) => Statement.AllAsync(
        connection,
        "SELECT p.uuid, p.name, p.created_at, p.last_used_at, p.backed_up, p.transports FROM identity.user_passkeys p JOIN identity.users u ON u.id = p.user_id WHERE u.uuid = $1 AND u.deleted_at IS NULL ORDER BY p.id",
        Read, cancellation, Statement.P(user))!;

    /// <summary>Notes that it was used, by its counter: of two at once with the same one, one is taken. An authenticator that does not count says 0 always.</summary>
    /// <returns>Whether it was; null when the passkey is gone.</returns>
    public static Task<bool?> UseAsync(NpgsqlConnection connection, UserPasskeyInfo used, CancellationToken cancellation) => Statement.FirstAsync(
        connection,
        """
        WITH held AS (SELECT id, sign_count < $2 OR (sign_count = 0 AND $2 = 0) AS higher FROM identity.user_passkeys WHERE credential_id = $1 FOR UPDATE),
            used AS (UPDATE identity.user_passkeys p SET sign_count = $2, backed_up = $3, last_used_at = now() FROM held WHERE p.id = held.id AND held.higher)
        SELECT higher FROM held
        """,
        r => (bool?)r.GetBoolean(0), cancellation, Statement.P(used.CredentialId), Statement.P((long)used.SignCount), Statement.P(used.IsBackedUp));

    private static PasskeyDocument? Read(NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.GetString(1), r.GetFieldValue<DateTimeOffset>(2), r.IsDBNull(3) ? null : r.GetFieldValue<DateTimeOffset>(3), r.GetBoolean(4), r.GetFieldValue<string[]>(5));
}
