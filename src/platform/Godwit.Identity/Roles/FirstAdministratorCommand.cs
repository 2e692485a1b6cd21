using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Npgsql;

namespace Godwit.Identity.Roles;

/// <summary><c>godwit-server first-administrator ACCOUNT</c>, which <c>godwit admin first</c> becomes: who may change the database makes the first administrator, and administrators make all others.</summary>
public static class FirstAdministratorCommand
{
    public const string Name = "first-administrator";

    /// <param name="database">The service's database.</param>
    /// <param name="account">The account's id.</param>
    /// <param name="output">Where the result goes.</param>
    /// <param name="error">Where a fault goes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>0: done; 1: there is an administrator, or no such account; 4: the database cannot be used.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource database, Guid account, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await Administrators.HoldAsync(connection, cancellation);
            if (await Administrators.CountAsync(connection, 0, cancellation) > 0) return await RefuseAsync("there is an administrator: one of them gives the role");
            var user = await Statement.FirstAsync(connection, "SELECT id FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL AND email_verified AND NOT account_locked FOR NO KEY UPDATE", r => r.GetInt64(0), cancellation, Statement.P(account));
            if (user == 0) return await RefuseAsync("there is no such account that can sign in");
            await Statement.RunAsync(connection, "INSERT INTO identity.user_roles (user_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING", cancellation, Statement.P(user), Statement.P(Administrators.Role));
            await new EventLog(TimeProvider.System).WriteAsync(
                connection, new SecurityEvent("role_granted", "admin_action") { UserId = user, Severity = EventSeverity.Critical, Data = new() { ["by"] = "first-administrator", ["role"] = Administrators.Role } }, cancellation);
            await transaction.CommitAsync(cancellation);
            await output.WriteLineAsync($"{account} is the first administrator. It takes a second factor to do anything (IDENTITY_MFA_ROLES).");
            return 0;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            await error.WriteLineAsync("error: the database has no schema of the identity service (runbooks/identity)");
            return 4;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            await error.WriteLineAsync("error: the database cannot be reached, or refuses");
            return 4;
        }

        async Task<int> RefuseAsync(string why)
        {
            await error.WriteLineAsync($"error: {why}");
            return 1;
        }
    }
}
