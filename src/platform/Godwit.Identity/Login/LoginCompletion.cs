using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Mail;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Requests;
using Godwit.Identity.Risk;
using Godwit.Identity.Roles;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Settings;
using Npgsql;

namespace Godwit.Identity.Login;

/// <summary>
/// What follows on whatever was shown, the same for a password, a passkey, a mailed link and another's account: tokens, or the question for a second factor - where the account has one, where the policy asks for it, and where the
/// login is too unlike its person.
/// </summary>
internal sealed class LoginCompletion(
    IdentityDatabase database, Challenges challenges, RiskAssessor risk, SignIn signIn, PersonalValues values, EventLog events, Outbox outbox, Permissions permissions, SettingValues settings)
{
    private static readonly Problem s_locked = new(403, "account-locked", "The account is locked") { Detail = "Ask the service's support." };

    private readonly bool _required = settings.Text(IdentitySettings.SecondFactor.Name) == "required";

    /// <exception cref="ProblemException">403: an administrator has locked the account; 401: it is not as it was when this was shown.</exception>
    public async Task<LoginOutcome> CompleteAsync(LoginProof proof, Client client, CancellationToken cancellation)
    {
        if (proof.Account.Locked)
        {
            await database.InTransactionAsync(connection => events.WriteAsync(connection, new SecurityEvent("login_refused") { UserId = proof.Account.Id, Client = client, Severity = EventSeverity.Warning, Blocked = true }, cancellation), cancellation);
            throw new ProblemException(s_locked);
        }
        var (own, passkeys, assessed, roles) = await database.WithAsync(
            async connection => (
                await FactorSettings.FindAsync(connection, proof.Account.Id, cancellation), await PasskeyStore.HolderAsync(connection, proof.Account, cancellation),
                await risk.AssessAsync(connection, proof.Account, proof.Device, client, cancellation),
                await Statement.AllAsync(connection, "SELECT role FROM identity.user_roles WHERE user_id = $1", r => r.GetString(0), cancellation, Statement.P(proof.Account.Id))),
            cancellation);
        if (MethodOf(proof, own, passkeys, assessed, _required || permissions.NeedsSecondFactor(roles)) is { } method)
        {
            var prepared = await challenges.PrepareAsync(method, cancellation, passkeys) with { Proved = [proof.Method] };
            var asked = await database.InTransactionAsync(connection => AskAsync(connection, proof, prepared, assessed, client, cancellation), cancellation);
            outbox.Wake();
            return new LoginOutcome(null, asked);
        }
        var tokens = await database.InTransactionAsync(
            async connection =>
            {
                var account = proof.Begin is { } begin ? await begin(connection) : proof.Account;
                if (proof.Succeeded is { } succeeded) await succeeded(connection);
                return await signIn.OpenSessionAsync(connection, account, [proof.Method], proof.Device, client, assessed, cancellation);
            },
            cancellation);
        outbox.Wake();
        return new LoginOutcome(tokens, null);
    }

    /// <returns>What is asked for; null for nothing.</returns>
    private FactorMethod? MethodOf(LoginProof proof, FactorSettings? own, PasskeyHolder passkeys, AssessedLogin assessed, bool required)
    {
        // Two factors already.
        if (proof.Method == LoginProof.Passkey) return null;
        FactorMethod? wanted = own is { Enabled: true } ? own.Method
            : required && passkeys.Passkeys.Count > 0 ? FactorMethod.Passkey
            : assessed.Score.NeedsSecondFactor || proof.UnderAttack ? FactorMethod.Email
            : null;
        // A link has shown the mailbox, and so has a password that was set by one: what else there is.
        if (wanted != FactorMethod.Email || !(proof.Method == LoginProof.Mail || (proof.Method == LoginProof.Password && proof.Account.PasswordByMail))) return wanted;
        if (proof.Method == LoginProof.Mail && proof.Account is { PasswordHash: not null, PasswordByMail: false }) return FactorMethod.Password;
        if (passkeys.Passkeys.Count > 0) return FactorMethod.Passkey;
        if (own is { Enabled: true, BackupCodes.Length: > 0 }) return FactorMethod.BackupCode;
        // Nothing else is left.
        return proof.Method == LoginProof.Password ? FactorMethod.Email : proof.Account.PasswordHash is not null ? FactorMethod.Password : own is { Enabled: true } ? FactorMethod.BackupCode : null;
    }

    private async Task<ChallengeDocument> AskAsync(NpgsqlConnection connection, LoginProof proof, Challenges.Prepared prepared, AssessedLogin assessed, Client client, CancellationToken cancellation)
    {
        var account = proof.Begin is { } begin ? await begin(connection) : proof.Account;
        await events.WriteAsync(connection, new SecurityEvent("second_factor_asked") { UserId = account.Id, Client = client, Risk = assessed.Score.Points, Data = RiskData.Of(assessed) }, cancellation);
        // Who gets a code by mail is told by that.
        if (assessed.Score.NeedsSecondFactor && prepared.Method != FactorMethod.Email && await values.EmailAsync(connection, account.Uuid, cancellation) is { } email)
            await outbox.AddAsync(connection, MailKind.UnusualSignIn, new MailPayload(email, Detail: RiskData.Sentence(assessed.Score)), cancellation);
        return await challenges.AskAsync(connection, prepared, account, SecondFactorLogin.Purpose, Challenges.BindingOf(SecondFactorLogin.Purpose, client), client, cancellation);
    }
}
