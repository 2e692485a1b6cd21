using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.DataRequests;
using Godwit.Identity.Database;
using Godwit.Identity.Reauthentication;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Npgsql;

namespace Godwit.Identity.Erasure;

/// <summary>
/// Proof, once more, of who asks: the password, or a session of this quarter of an hour; and where the account has a second factor, a code, or a session of this quarter of an hour that has shown one. A token that somebody found
/// is none. Wrong passwords are counted as everywhere where a session is asked for its own.
/// </summary>
internal sealed class ErasureProof(IdentityDatabase database, AccountFinder accounts, Reauthenticator reauthenticator, Challenges challenges, FactorVerifier verifier)
{
    /// <summary>The purpose of <c>/v1/auth/2fa/challenge</c>.</summary>
    private const string Purpose = FactorPurpose.Erasure;

    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(15);

    private static readonly Problem s_again = new(403, "sign-in-again", "Sign in again") { Detail = "This is done within a quarter of an hour after signing in, or with the password." };

    private static readonly Problem s_factor = new(403, "second-factor-needed", "A second factor is needed") { Detail = "Send a code with its challenge (/v1/auth/2fa/challenge), or sign in again with the second factor." };

    /// <returns>What uses the code up, in the transaction of what it is for; it throws when somebody else was faster.</returns>
    /// <exception cref="ProblemException">400: the password is wrong; 401: the code is; 403: something is missing; 429: too many were wrong.</exception>
    public async Task<Func<NpgsqlConnection, Task>> RequireAsync(Caller caller, DataRequestForm form, Client client, CancellationToken cancellation)
    {
        var (factor, recent, shown) = await database.WithAsync(
            async connection =>
            {
                var found = await accounts.FindAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));
                return (await FactorSettings.FindAsync(connection, found.Id, cancellation) is { Enabled: true }, await IsRecentAsync(connection, caller, cancellation), await HasShownAsync(connection, caller, cancellation));
            },
            cancellation);
        if (!string.IsNullOrEmpty(form.Password)) await reauthenticator.RequirePasswordAsync(caller, "password", form.Password, "reauthentication_failed", client, cancellation);
        else if (!recent) throw new ProblemException(s_again);
        if (!factor || (recent && shown)) return _ => Task.CompletedTask;
        if (string.IsNullOrEmpty(form.Code) && form.Credential is null) throw new ProblemException(s_factor);
        var right = await verifier.VerifyAsync(challenges.Read(Purpose, form.Challenge), Purpose, Challenges.BindingOf(Purpose, caller.Family), new CodeRequest(form.Challenge, form.Code, form.Credential), client, cancellation);
        if (right.Account.Uuid != caller.User) throw new ProblemException(s_factor);
        return connection => FactorVerifier.UseAsync(connection, right, cancellation);
    }

    private static Task<bool> IsRecentAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation) => Statement.FirstAsync(
        connection, "SELECT authenticated_at > now() - $2 FROM identity.user_sessions WHERE family = $1", r => r.GetBoolean(0), cancellation, Statement.P(caller.Family), Statement.P(s_recent));

    /// <summary>As the session's row says, which is newer than the token.</summary>
    private static Task<bool> HasShownAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation) => Statement.FirstAsync(
        connection, $"SELECT {RecentSignIn.TwoFactors} FROM identity.user_sessions WHERE family = $1", r => r.GetBoolean(0), cancellation, Statement.P(caller.Family));
}
