using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;

namespace Godwit.Identity.Roles;

/// <summary>Whether somebody may do something now, and whether their roles ask for a second factor.</summary>
internal sealed class Permissions(IdentityDatabase database, EventLog events, SettingValues settings)
{
    private static readonly Problem s_forbidden = Problem.Of(403) with { Detail = "This needs a permission that none of your roles has." };

    private readonly IReadOnlyList<string> _factorRoles = settings.List(IdentitySettings.FactorRoles.Name);

    /// <summary>Whether holders of these roles have to have shown a second factor (<c>IDENTITY_MFA_ROLES</c>).</summary>
    public bool NeedsSecondFactor(IReadOnlyList<string> roles) => roles.Count > 0 && (_factorRoles is ["all"] || roles.Intersect(_factorRoles, StringComparer.Ordinal).Any());

    /// <returns>The caller's roles.</returns>
    /// <exception cref="ProblemException">403: none of them has the permission. That is recorded.</exception>
    public async Task<IReadOnlyList<string>> RequireAsync(Caller caller, string permission, CancellationToken cancellation)
    {
        var (user, roles, may) = await database.WithAsync(
            connection => Statement.FirstAsync(
                connection,
                """
                SELECT u.id, ARRAY(SELECT r.role FROM identity.user_roles r WHERE r.user_id = u.id ORDER BY r.role),
                    EXISTS (SELECT FROM identity.user_roles r JOIN identity.role_permissions p USING (role) WHERE r.user_id = u.id AND p.permission = $2)
                FROM identity.users u WHERE u.uuid = $1 AND u.deleted_at IS NULL
                """,
                r => (r.GetInt64(0), r.GetFieldValue<string[]>(1), r.GetBoolean(2)), cancellation, Statement.P(caller.User), Statement.P(permission)),
            cancellation);
        if (may) return roles;
        if (user != 0)
            await database.InTransactionAsync(
                connection => events.WriteAsync(connection, new SecurityEvent("permission_refused", "authorization") { UserId = user, Severity = EventSeverity.Warning, Blocked = true, Data = new() { ["permission"] = permission } }, cancellation), cancellation);
        throw new ProblemException(s_forbidden);
    }
}
