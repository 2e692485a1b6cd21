using Godwit.Http.Problems;
using Godwit.Identity.Database;
using Godwit.Identity.Requests;
using Npgsql;

namespace Godwit.Identity.Sessions;

/// <summary>What opens or closes an account is done soon after signing in: a session that was left open changes nothing of it.</summary>
internal static class RecentSignIn
{
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(15);

    private static readonly Problem s_again = new(403, "sign-in-again", "Sign in again") { Detail = "This is done within a quarter of an hour after signing in." };

    /// <exception cref="ProblemException">403: it was longer ago.</exception>
    public static async Task RequireAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        if (!await Statement.FirstAsync(connection, "SELECT authenticated_at > now() - $2 FROM identity.user_sessions WHERE family = $1", r => r.GetBoolean(0), cancellation, Statement.P(caller.Family), Statement.P(s_recent)))
            throw new ProblemException(s_again);
    }
}
