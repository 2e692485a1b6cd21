using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Keys;
using Godwit.Identity.Lockout;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.Risk;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;

namespace Godwit.Identity.Login;

/// <summary>The second half of a login: the code, from the same client that began it.</summary>
internal sealed class SecondFactorLogin(IdentityDatabase database, IdentityKeys keys, Challenges challenges, FactorVerifier verifier, BucketStore buckets, PersonalValues values, RiskAssessor risk, SignIn signIn, Outbox outbox)
{
    public const string Purpose = "login";

    /// <exception cref="Http.Problems.ProblemException">401: the code is wrong; 429: too many were.</exception>
    public async Task<IssuedTokens> LoginAsync(CodeRequest request, Client client, CancellationToken cancellation)
    {
        var right = await verifier.VerifyAsync(challenges.Read(Purpose, request.Challenge), Purpose, Challenges.BindingOf(Purpose, client), request, client, cancellation);
        var device = new DeviceToken(keys.Devices).Read(right.Account.Uuid, client.DeviceToken);
        var tokens = await database.InTransactionAsync(
            async connection =>
            {
                await FactorVerifier.UseAsync(connection, right, cancellation);
                // Together with what no mail brings the password is its owner's.
                if (right.Account.PasswordByMail && right.Proved.Contains(LoginProof.Password) && right.IsBesidesMail)
                    await Statement.RunAsync(connection, "UPDATE identity.users SET password_set_by_mail = false WHERE id = $1 AND password_hash = $2", cancellation, Statement.P(right.Account.Id), Statement.P(right.Account.PasswordHash!));
                if (device is { } named && !await DeviceStore.IsKnownAsync(connection, right.Account.Id, named, cancellation)) device = null;
                var assessed = await risk.AssessAsync(connection, right.Account, device, client, cancellation);
                if (right.Proved.Contains(LoginProof.Password) && await values.EmailAsync(connection, right.Account.Uuid, cancellation) is { } email) await buckets.SucceededAsync(connection, EmailAddress.Read(email).Address!, device, client, cancellation);
                return await signIn.OpenSessionAsync(connection, right.Account, [.. right.Proved, right.Method], device, client, assessed, cancellation);
            },
            cancellation);
        outbox.Wake();
        return tokens;
    }
}
