using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;

namespace Godwit.Identity.People;

/// <summary>The sessions of who asks, and no others.</summary>
internal sealed class OwnSessions(IdentityDatabase database, AccountFinder accounts, SessionGate gate, EventLog events, SettingValues settings)
{
    private readonly TimeSpan _idle = TimeSpan.FromMinutes(settings.Whole(IdentitySettings.IdleMinutes.Name));

    public Task<IReadOnlyList<SessionDocument>> ListAsync(Caller caller, CancellationToken cancellation) => database.WithAsync<IReadOnlyList<SessionDocument>>(
        async connection => await Statement.AllAsync(
            connection,
            """
            SELECT s.family, s.user_agent, host(s.ip_address), s.methods, s.created_at, s.last_used_at, s.expires_at
            FROM identity.user_sessions s JOIN identity.users u ON u.id = s.user_id
            WHERE u.uuid = $1 AND NOT s.revoked AND s.expires_at > now() AND s.rotated_at > now() - $2 ORDER BY s.last_used_at DESC, s.id DESC
            """,
            r => new SessionDocument(
                r.GetGuid(0), r.IsDBNull(1) ? null : r.GetString(1), r.GetString(2), r.GetFieldValue<string[]>(3), r.GetFieldValue<DateTimeOffset>(4), r.GetFieldValue<DateTimeOffset>(5), r.GetFieldValue<DateTimeOffset>(6),
                r.GetGuid(0) == caller.Family),
            cancellation, Statement.P(caller.User), Statement.P(_idle)),
        cancellation);

    /// <param name="family">One of them; null for all.</param>
    /// <returns>How many were ended.</returns>
    public async Task<int> EndAsync(Caller caller, Guid? family, string reason, Client client, CancellationToken cancellation)
    {
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                if (await accounts.FindAsync(connection, caller.User, cancellation) is not { } account) return [];
                var families = await SessionStore.RevokeAsync(connection, account.Id, family, null, reason, cancellation);
                if (families.Count > 0) await events.WriteAsync(connection, new SecurityEvent(family is null ? "logout_all" : "logout") { UserId = account.Id, Client = client }, cancellation);
                return families;
            },
            cancellation);
        await gate.PublishAsync(ended);
        return ended.Count;
    }
}
