using Godwit.Http.Problems;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Login;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;

namespace Godwit.Identity.Passkeys;

/// <summary>Signs in by a passkey, which is two factors and nothing that can be guessed: no lockout keeps it out. What is asked of an authenticator is the same for every address and for none.</summary>
internal sealed class PasskeyLogin(IdentityDatabase database, IdentityKeys keys, PasskeyCeremonies ceremonies, PasskeyChallenges challenges, PasskeyVerifier verifier, LoginCompletion completion, RequestLimits limits, Outbox outbox)
{
    private const string Purpose = "passkey_login";

    private static readonly Problem s_refused = new(401, "passkey-refused", "The passkey was not taken") { Detail = "Try again, or sign in another way." };

    /// <exception cref="ProblemException">400: it is no address; 429: the network asks too often.</exception>
    public async Task<PasskeyOptions> BeginAsync(PasskeyLoginOptionsRequest request, Client client, CancellationToken cancellation)
    {
        // A list of an account's passkeys would tell that there is one: authenticators know their own accounts.
        if (request.Email is { } typed && EmailAddress.Read(typed).Refused is { } refused) throw new ProblemException(Problem.ValidationFailed(new FieldFault("email", refused)));
        await limits.RequireAsync(RequestKind.PasskeyOptions, client, cancellation);
        var (options, state) = await ceremonies.BeginAssertionAsync(null);
        var challenge = await database.InTransactionAsync(connection => challenges.AddAsync(connection, Purpose, null, Challenges.BindingOf(Purpose, client), state, cancellation), cancellation);
        return new PasskeyOptions(challenge, options);
    }

    /// <exception cref="ProblemException">401: it is not right, or was asked for too long ago, or by another client; 403: an administrator has locked the account.</exception>
    public async Task<IssuedTokens> LoginAsync(PasskeyAnswer answer, Client client, CancellationToken cancellation)
    {
        var state = await database.InTransactionAsync(connection => challenges.TakeAsync(connection, Purpose, answer.Challenge, Challenges.BindingOf(Purpose, client), cancellation), cancellation);
        if (state is null || answer.Credential is not { } credential || await verifier.VerifyAsync(credential, state, null, client, cancellation) is not { } right) throw new ProblemException(s_refused);
        var used = await database.InTransactionAsync(connection => verifier.UseAsync(connection, right, client, cancellation), cancellation);
        outbox.Wake();
        if (!used) throw new ProblemException(s_refused);
        var outcome = await completion.CompleteAsync(new LoginProof(right.Account, LoginProof.Passkey, new DeviceToken(keys.Devices).Read(right.Account.Uuid, client.DeviceToken)), client, cancellation);
        return outcome.Tokens!;
    }
}
