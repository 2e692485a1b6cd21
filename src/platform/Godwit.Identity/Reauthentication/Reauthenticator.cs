using System.Security.Cryptography;
using System.Text;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Mail;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;

namespace Godwit.Identity.Reauthentication;

/// <summary>
/// Asks who has a session for the password once more, and for the second factor where there is one. Wrong passwords of all sessions of an account share a bucket of their own: nobody without a session touches it, so that no stranger
/// keeps the owner from changing anything, and a stolen session tries some fifteen passwords a day. The tenth wrong one in a row ends the session that tried it.
/// </summary>
internal sealed class Reauthenticator(
    IdentityDatabase database, PersonalValues values, PasswordAttempts attempts, Challenges challenges, FactorVerifier verifier, SessionGate gate, Outbox outbox, EventLog events)
{
    /// <summary>Password and second factor.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="purpose">What for: one of the codes' purposes.</param>
    /// <param name="about">What exactly: a code that was asked for one address is good for no other.</param>
    /// <param name="password">The account's.</param>
    /// <param name="answer">What was asked, if it was asked already, with the code or the passkey's answer to it.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">400: the password is wrong; 401: the code is; 429: too many were, or were asked for.</exception>
    public async Task<Proof> RequireAsync(Caller caller, string purpose, string about, string? password, CodeRequest answer, Client client, CancellationToken cancellation)
    {
        var account = await RequirePasswordAsync(caller, "password", password, "reauthentication_failed", client, cancellation);
        if (await database.WithAsync(connection => FactorSettings.FindAsync(connection, account.Id, cancellation), cancellation) is not { Enabled: true } own) return new Proof(account, null, null);
        byte[] binding = SHA256.HashData([.. Challenges.BindingOf(purpose, caller.Family), .. Encoding.UTF8.GetBytes(about)]);
        if (!string.IsNullOrEmpty(answer.Challenge) && (!string.IsNullOrEmpty(answer.Code) || answer.Credential is not null))
            return new Proof(account, await verifier.VerifyAsync(challenges.Read(purpose, answer.Challenge), purpose, binding, answer, client, cancellation), null);
        var passkeys = await database.WithAsync(connection => PasskeyStore.HolderAsync(connection, account, cancellation), cancellation);
        var prepared = await challenges.PrepareAsync(caller, own.Method, cancellation, passkeys);
        var asked = await database.InTransactionAsync(
            async connection =>
            {
                await events.WriteAsync(connection, new SecurityEvent("second_factor_asked") { UserId = account.Id, Client = client }, cancellation);
                return await challenges.AskAsync(connection, prepared, account, purpose, binding, client, cancellation);
            },
            cancellation);
        outbox.Wake();
        return new Proof(account, null, asked);
    }

    /// <summary>The password alone.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="field">What the request calls it.</param>
    /// <param name="password">The account's.</param>
    /// <param name="refused">The event that a wrong one is.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">400: it is wrong; 404: the account is gone; 429: too many were.</exception>
    public async Task<Account> RequirePasswordAsync(Caller caller, string field, string? password, string refused, Client client, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(password)) throw new ProblemException(Problem.ValidationFailed(new FieldFault(field, "is required")));
        if (password.Length > PasswordAttempts.LongestPassword) throw new ProblemException(Problem.ValidationFailed(new FieldFault(field, $"has at most {PasswordAttempts.LongestPassword} characters")));
        var attempt = await attempts.TryAsync("session", caller.User.ToString(), caller.Family, caller.User, password, anywhere: true, cancellation);
        if (attempt.Right) return attempt.Account;
        await FailAsync(caller, attempt.Account, attempt.InARow, refused, client);
        throw new ProblemException(Problem.ValidationFailed(new FieldFault(field, "is not the password")));
    }

    private async Task FailAsync(Caller caller, Account account, int inARow, string refused, Client client)
    {
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                await events.WriteAsync(connection, new SecurityEvent(refused, "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, CancellationToken.None);
                if (inARow < PasswordAttempts.Most) return [];
                var families = await SessionStore.RevokeAsync(connection, account.Id, caller.Family, null, "wrong passwords were tried with it", CancellationToken.None);
                await events.WriteAsync(connection, new SecurityEvent("session_guessing") { UserId = account.Id, Client = client, Severity = EventSeverity.Critical, Blocked = true }, CancellationToken.None);
                if (await values.EmailAsync(connection, account.Uuid, CancellationToken.None) is { } email) await outbox.AddAsync(connection, MailKind.SessionGuessing, new MailPayload(email), CancellationToken.None);
                return families;
            },
            CancellationToken.None);
        if (ended.Count == 0) return;
        outbox.Wake();
        await gate.PublishAsync(ended);
    }
}
