using Godwit.Identity.Database;
using Godwit.Identity.Lockout;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.SecondFactors;

/// <summary>The second factor of an account, as its row is. An account without a row has none.</summary>
/// <param name="Attempts">Wrong codes of all kinds: no new challenge, and no other kind, begins anew.</param>
internal sealed record FactorSettings(long UserId, bool Enabled, FactorMethod Method, byte[]? TotpSeed, long? TotpLastStep, string[] BackupCodes, Bucket Attempts)
{
    /// <summary>How wrong codes are answered: of a million codes nobody tries more than some thirty a day.</summary>
    public static BucketPolicy Policy { get; } = new(5, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromHours(12));

    public static Task<FactorSettings?> FindAsync(NpgsqlConnection connection, long user, CancellationToken cancellation, bool held = false) => Statement.FirstAsync(
        connection,
        $"""
        SELECT user_id, enabled, method, encrypted_totp_secret, totp_last_step, coalesce(backup_codes, '{"{}"}'), failed_attempts, failed_since, locked_until
        FROM identity.user_2fa_settings WHERE user_id = $1 {(held ? "FOR UPDATE" : "")}
        """,
        Read, cancellation, Statement.P(user));

    /// <summary>The row, made when there is none, and held until the transaction ends.</summary>
    public static async Task<FactorSettings> HoldAsync(NpgsqlConnection connection, long user, CancellationToken cancellation)
    {
        await Statement.RunAsync(connection, "INSERT INTO identity.user_2fa_settings (user_id) VALUES ($1) ON CONFLICT DO NOTHING", cancellation, Statement.P(user));
        return (await FindAsync(connection, user, cancellation, held: true))!;
    }

    public static Task<int> CountAsync(NpgsqlConnection connection, long user, Bucket attempts, CancellationToken cancellation) => Statement.RunAsync(
        connection, "UPDATE identity.user_2fa_settings SET failed_attempts = $2, failed_since = $3, locked_until = $4 WHERE user_id = $1", cancellation,
        Statement.P(user), Statement.P(attempts.Failures), Statement.P(attempts.Since.UtcDateTime), Statement.P(attempts.LockedUntil?.UtcDateTime, NpgsqlDbType.TimestampTz));

    private static FactorSettings Read(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetBoolean(1), FactorMethods.Read(r.GetString(2))!.Value, r.IsDBNull(3) ? null : r.GetFieldValue<byte[]>(3), r.IsDBNull(4) ? null : r.GetInt64(4), r.GetFieldValue<string[]>(5),
        new Bucket(r.GetInt32(6), r.GetFieldValue<DateTimeOffset>(7), r.IsDBNull(8) ? null : r.GetFieldValue<DateTimeOffset>(8)));
}
