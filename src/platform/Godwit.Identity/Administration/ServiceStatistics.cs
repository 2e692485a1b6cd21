using Godwit.Identity.Database;

namespace Godwit.Identity.Administration;

/// <summary>Figures of the whole service.</summary>
internal sealed class ServiceStatistics(IdentityDatabase database)
{
    public Task<Statistics> ReadAsync(CancellationToken cancellation) => database.WithAsync(
        async connection =>
        {
            var holders = await Statement.AllAsync(
                connection, "SELECT r.name, (SELECT count(*) FROM identity.user_roles h WHERE h.role = r.name) FROM identity.roles r", r => (Role: r.GetString(0), Count: r.GetInt64(1)), cancellation);
            return (await Statement.FirstAsync(
                connection,
                """
                SELECT
                    (SELECT count(*) FROM identity.users WHERE deleted_at IS NULL), (SELECT count(*) FROM identity.users WHERE deleted_at IS NOT NULL),
                    (SELECT count(*) FROM identity.users WHERE deleted_at IS NULL AND account_locked AND coalesce(account_locked_until, 'infinity') > now()),
                    (SELECT count(*) FROM identity.user_2fa_settings WHERE enabled), (SELECT count(*) FROM identity.user_sessions WHERE NOT revoked AND expires_at > now()),
                    (SELECT count(*) FROM identity.users WHERE deleted_at IS NULL AND created_at > now() - interval '7 days'),
                    (SELECT count(*) FROM identity.user_security_events WHERE event_type = 'login_success' AND created_at > now() - interval '1 day'),
                    (SELECT count(*) FROM identity.user_security_events WHERE event_type = 'login_failed' AND created_at > now() - interval '1 day'),
                    (SELECT count(*) FROM identity.data_subject_requests WHERE status IN ('pending', 'in_progress')),
                    (SELECT count(*) FROM identity.data_subject_requests WHERE status IN ('pending', 'in_progress') AND due_at < now())
                """,
                r => new Statistics(
                    r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7), r.GetInt64(8), r.GetInt64(9), holders.ToDictionary(h => h.Role, h => h.Count, StringComparer.Ordinal)),
                cancellation))!;
        },
        cancellation);
}
