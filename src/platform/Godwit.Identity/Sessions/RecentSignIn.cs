using Godwit.Http.Problems;
using Godwit.Identity.Database;
using Godwit.Identity.Requests;
using Npgsql;

namespace Godwit.Identity.Sessions;

/// <summary>What opens or closes an account is done soon after signing in: a session that was left open changes nothing of it.</summary>
internal static class RecentSignIn
{
    /// <summary>The SQL for a session that has shown two: a code or a passkey, or the mailbox and the password (<see cref="AccessTokens"/> says the same of a token).</summary>
    public const string TwoFactors = "(methods && ARRAY['otp', 'hwk'] OR methods @> ARRAY['mail', 'pwd'])";

    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(15);

    private static readonly Problem s_again = new(403, "sign-in-again", "Sign in again") { Detail = "This is done within a quarter of an hour after signing in." };

    private static readonly Problem s_factor = new(403, "second-factor-needed", "A second factor is needed") { Detail = "Sign in again with the second factor." };

    /// <exception cref="ProblemException">403: it was longer ago, or the session has not shown the second factor that the account has.</exception>
    public static async Task RequireAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        var (recent, whole) = await Statement.FirstAsync(
            connection,
            $"""
            SELECT authenticated_at > now() - $2, {TwoFactors} OR NOT EXISTS (SELECT FROM identity.user_2fa_settings f WHERE f.user_id = s.user_id AND f.enabled)
            FROM identity.user_sessions s WHERE family = $1
            """,
            r => (r.GetBoolean(0), r.GetBoolean(1)), cancellation, Statement.P(caller.Family), Statement.P(s_recent));
        if (!recent) throw new ProblemException(s_again);
        // One that was opened before there was a second factor adds no ways past it.
        if (!whole) throw new ProblemException(s_factor);
    }
}
