using Godwit.Http.Problems;
using Godwit.Identity.Administration;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using Npgsql;

namespace Godwit.Identity.Roles;

/// <summary>Gives and withdraws roles. Nobody gives or withdraws a role that allows what they may not do themselves, nor one of their own.</summary>
internal sealed class RoleAdministration(IdentityDatabase database, EventLog events)
{
    private static readonly Problem s_own = new(409, "own-role", "Nobody changes their own roles") { Detail = "Ask another administrator." };

    private static readonly Problem s_more = Problem.Of(403) with { Detail = "The role allows what none of your roles does." };

    public Task<IReadOnlyList<RoleDocument>> ListAsync(CancellationToken cancellation) => database.WithAsync<IReadOnlyList<RoleDocument>>(
        async connection => await Statement.AllAsync(
            connection,
            """
            SELECT r.name, r.description, ARRAY(SELECT p.permission FROM identity.role_permissions p WHERE p.role = r.name ORDER BY 1),
                (SELECT count(*) FROM identity.user_roles h JOIN identity.users u ON u.id = h.user_id WHERE h.role = r.name AND u.deleted_at IS NULL)
            FROM identity.roles r ORDER BY r.name
            """,
            r => new RoleDocument(r.GetString(0), r.GetString(1), r.GetFieldValue<string[]>(2), r.GetInt64(3)), cancellation),
        cancellation);

    /// <exception cref="ProblemException">403: the role allows more than the caller's; 404: no such account or role; 409: the caller's own account.</exception>
    public Task GrantAsync(Caller caller, Guid user, string role, CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            var (by, target) = await JudgeAsync(connection, caller, user, role, cancellation);
            var added = await Statement.RunAsync(
                connection, "INSERT INTO identity.user_roles (user_id, role, granted_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", cancellation, Statement.P(target), Statement.P(role), Statement.P(by));
            if (added > 0) await WriteAsync(connection, "role_granted", caller, target, role, cancellation);
        },
        cancellation);

    /// <exception cref="ProblemException">403: the role allows more than the caller's; 404: the account has it not; 409: the caller's own account, or the last administrator.</exception>
    public Task WithdrawAsync(Caller caller, Guid user, string role, CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            var (_, target) = await JudgeAsync(connection, caller, user, role, cancellation);
            if (role == Administrators.Role) await Administrators.RequireAnotherAsync(connection, target, cancellation);
            if (await Statement.RunAsync(connection, "DELETE FROM identity.user_roles WHERE user_id = $1 AND role = $2", cancellation, Statement.P(target), Statement.P(role)) == 0) throw new ProblemException(Problem.Of(404));
            await WriteAsync(connection, "role_withdrawn", caller, target, role, cancellation);
        },
        cancellation);

    private static async Task<(long By, long Target)> JudgeAsync(NpgsqlConnection connection, Caller caller, Guid user, string role, CancellationToken cancellation)
    {
        if (user == caller.User) throw new ProblemException(s_own);
        // As it is now, and until the end of this: two administrators who withdraw each other's roles at once leave one of them.
        await Administrators.HoldAsync(connection, cancellation);
        var by = await Statement.FirstAsync(connection, "SELECT id FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL", r => r.GetInt64(0), cancellation, Statement.P(caller.User));
        var target = await Statement.FirstAsync(connection, "SELECT id FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", r => r.GetInt64(0), cancellation, Statement.P(user));
        var known = await Statement.FirstAsync(connection, "SELECT true FROM identity.roles WHERE name = $1", r => r.GetBoolean(0), cancellation, Statement.P(role));
        if (target == 0 || !known) throw new ProblemException(Problem.Of(404));
        var more = await Statement.FirstAsync(
            connection,
            """
            SELECT EXISTS (SELECT permission FROM identity.role_permissions WHERE role = $2
                EXCEPT SELECT p.permission FROM identity.user_roles r JOIN identity.role_permissions p USING (role) WHERE r.user_id = $1)
                OR NOT EXISTS (SELECT FROM identity.user_roles r JOIN identity.role_permissions p USING (role) WHERE r.user_id = $1 AND p.permission = 'roles.grant')
            """,
            r => r.GetBoolean(0), cancellation, Statement.P(by), Statement.P(role));
        return more ? throw new ProblemException(s_more) : (by, target);
    }

    private Task WriteAsync(NpgsqlConnection connection, string type, Caller caller, long target, string role, CancellationToken cancellation) =>
        AdminEvent.WriteAsync(events, connection, type, caller, target, EventSeverity.Critical, cancellation, ("role", role));
}
