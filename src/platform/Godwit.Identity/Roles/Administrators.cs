using Godwit.Http.Problems;
using Godwit.Identity.Database;
using Npgsql;

namespace Godwit.Identity.Roles;

/// <summary>There is always an administrator who can sign in, once there was one: nobody else could make another.</summary>
internal static class Administrators
{
    public const string Role = "administrator";

    private const long LockId = 0x676f6477_69640003;

    private static readonly Problem s_last = new(409, "last-administrator", "This is the last administrator") { Detail = "Give the role to somebody else first." };

    /// <summary>Orders all that could take the last administrator away, until the transaction ends.</summary>
    public static Task HoldAsync(NpgsqlConnection connection, CancellationToken cancellation) => Statement.RunAsync(connection, "SELECT pg_advisory_xact_lock($1)", cancellation, Statement.P(LockId));

    /// <summary>How many there are who can sign in, but for one account.</summary>
    public static Task<long> CountAsync(NpgsqlConnection connection, long except, CancellationToken cancellation) => Statement.FirstAsync(
        connection,
        """
        SELECT count(*) FROM identity.user_roles r JOIN identity.users u ON u.id = r.user_id
        WHERE r.role = $1 AND r.user_id <> $2 AND u.deleted_at IS NULL AND NOT u.account_locked
            AND NOT EXISTS (SELECT FROM identity.data_subject_requests d WHERE d.user_id = u.id AND d.request_type = 'erasure' AND d.status IN ('pending', 'in_progress'))
        """,
        r => r.GetInt64(0), cancellation, Statement.P(Role), Statement.P(except));

    /// <exception cref="ProblemException">409: the account is the last administrator's.</exception>
    public static async Task RequireAnotherAsync(NpgsqlConnection connection, long user, CancellationToken cancellation)
    {
        await HoldAsync(connection, cancellation);
        if (await Statement.FirstAsync(connection, "SELECT true FROM identity.user_roles WHERE user_id = $1 AND role = $2", r => r.GetBoolean(0), cancellation, Statement.P(user), Statement.P(Role)) && await CountAsync(connection, user, cancellation) == 0)
            throw new ProblemException(s_last);
    }
}
