using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Login;
using Godwit.Identity.Registration;
using Godwit.Identity.Requests;
using Godwit.Security.Emails;

namespace Godwit.Identity.External;

/// <summary>
/// Signs in by an account at a provider (OpenID Connect). An identity is an issuer's subject, never an address: an account that has the address already is linked by who has signed in to it, and by nobody else.
/// </summary>
internal sealed class ExternalLogin(
    IdentityDatabase database, IdentityKeys keys, Providers providers, ExternalFlows flows, ExternalStore store, AccountFinder accounts, AddressVerifier registrations, LoginCompletion completion, RequestLimits limits, EventLog events, TimeProvider time)
{
    private static readonly string[] s_needed = ["terms", "privacy"];

    private static readonly Problem s_refused = new(401, "provider-refused", "The sign-in was not taken") { Detail = "It was begun elsewhere or more than ten minutes ago, or what the provider says is not right. Begin again." };

    private static readonly Problem s_away = new(502, "provider-away", "The provider does not answer as it should") { RetryAfter = 30 };

    private static readonly Problem s_link = new(409, "link-needed", "There is an account with this address") { Detail = "Sign in to it another way, then link it with the provider." };

    private static readonly Problem s_address = new(409, "address-not-verified", "The provider does not vouch for an address") { Detail = "Register with an address and a password, then link the account with the provider." };

    /// <exception cref="ProblemException">404: no such provider; 429: the network asks too often; 502: it does not answer.</exception>
    public Task<OAuthStart> BeginAsync(string provider, Client client, CancellationToken cancellation) => BeginAsync(provider, ExternalFlows.Login, null, client, cancellation);

    /// <param name="user">Who links; null for who signs in.</param>
    /// <param name="client">From where.</param>
    /// <exception cref="ProblemException">404: no such provider; 429: the network asks too often; 502: it does not answer.</exception>
    public async Task<OAuthStart> BeginAsync(string provider, string purpose, long? user, Client client, CancellationToken cancellation)
    {
        var (asked, binding, secrets) = (providers[provider], ExternalFlows.NewBinding(), ExternalFlows.NewSecrets());
        await limits.RequireAsync(RequestKind.OAuthStart, client, cancellation);
        var state = await database.InTransactionAsync(connection => flows.AddAsync(connection, purpose, provider, user, binding, secrets, ExternalJson.Default.FlowSecrets, cancellation), cancellation);
        try
        {
            return new OAuthStart(await asked.AuthorizationUrlAsync(state, secrets, cancellation), state, binding, ExternalFlows.Seconds);
        }
        catch (ProviderException e)
        {
            throw new ProblemException(s_away, e);
        }
    }

    /// <summary>Finds out who somebody is.</summary>
    /// <exception cref="ProblemException">401: something of it is not right, which is recorded; 404: no such provider; 429: the network asks too often; 502: it does not answer.</exception>
    public async Task<ExternalIdentity> IdentifyAsync(string provider, string purpose, long? user, OAuthFinish finish, Client client, CancellationToken cancellation)
    {
        var asked = providers[provider];
        // A state that is forged asks nothing of the provider, and is not counted.
        if (flows.Read(purpose, finish.State) is not null) await limits.RequireAsync(RequestKind.OAuthFinish, client, cancellation);
        var secrets = await database.InTransactionAsync(connection => flows.TakeAsync(connection, purpose, provider, user, finish.State, finish.Binding, ExternalJson.Default.FlowSecrets, cancellation), cancellation);
        var fault = "state";
        try
        {
            if (secrets is not null && finish.Code is { Length: > 0 and <= 4096 } code)
            {
                (var identity, fault) = await asked.ExchangeAsync(code, finish.Iss, secrets, cancellation);
                if (identity is not null) return identity;
            }
        }
        catch (ProviderException e)
        {
            throw new ProblemException(s_away, e);
        }
        var data = new System.Text.Json.Nodes.JsonObject { ["provider"] = provider, ["fault"] = fault };
        await database.InTransactionAsync(connection => events.WriteAsync(connection, new SecurityEvent("provider_refused") { UserId = user, Client = client, Severity = EventSeverity.Warning, Blocked = true, Data = data }, cancellation), cancellation);
        throw new ProblemException(s_refused);
    }

    /// <returns>Tokens or a challenge; or what is needed to make an account.</returns>
    /// <exception cref="ProblemException">As <see cref="IdentifyAsync"/>; 409: there is an account with the address, which is not linked, or no verified address.</exception>
    public async Task<(LoginOutcome? Outcome, RegistrationNeeded? Needed)> FinishAsync(string provider, OAuthFinish finish, Client client, CancellationToken cancellation)
    {
        var identity = await IdentifyAsync(provider, ExternalFlows.Login, null, finish, client, cancellation);
        if (await database.WithAsync(connection => store.FindAsync(connection, identity, cancellation), cancellation) is { } account) return (await CompleteAsync(account, identity, client, cancellation), null);
        // What the provider only repeats tells nobody here whether an address has an account.
        if (!identity.EmailVerified || !providers[provider].Configured.VerifiesEmail || EmailAddress.Read(identity.Email ?? "").Address is not { } email) throw new ProblemException(s_address);
        if (await database.WithAsync(connection => accounts.ExistsAsync(connection, email, cancellation), cancellation)) throw new ProblemException(s_link);
        var registration = await database.InTransactionAsync(
            connection => flows.AddAsync(connection, ExternalFlows.Registration, provider, null, finish.Binding!, identity with { Email = email.Mailbox }, ExternalJson.Default.ExternalIdentity, cancellation), cancellation);
        return (null, new RegistrationNeeded("registration_needed", $"{provider}.{registration}", email.Mailbox, s_needed, ExternalFlows.Seconds));
    }

    /// <returns>The address of an account that is about to be made; null when none is, or by another page, or it was begun too long ago.</returns>
    public async Task<string?> AddressAsync(string? registration, string? binding, CancellationToken cancellation) =>
        registration?.Split('.', 2) is [var provider, var state]
            ? (await database.WithAsync(connection => flows.LookAsync(connection, ExternalFlows.Registration, provider, state, binding, ExternalJson.Default.ExternalIdentity, cancellation), cancellation))?.Email
            : null;

    /// <summary>Makes the account, and signs in to it.</summary>
    /// <exception cref="ProblemException">400: a consent is missing, or a name is none; 401: it was not asked for, or by another page, or too long ago; 409: somebody has made it meanwhile.</exception>
    public async Task<LoginOutcome> RegisterAsync(ExternalRegistration request, Client client, CancellationToken cancellation)
    {
        List<FieldFault> faults = [];
        if (request.Consents?.Terms is not true) faults.Add(new FieldFault("consents.terms", "has to be true: without the terms there is no account"));
        if (request.Consents?.Privacy is not true) faults.Add(new FieldFault("consents.privacy", "has to be true: without the privacy notice there is no account"));
        Registrar.Name(faults, "firstName", request.FirstName);
        Registrar.Name(faults, "lastName", request.LastName);
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        if (request.Registration?.Split('.', 2) is not [var provider, var state]) throw new ProblemException(s_refused);
        var identity = await database.InTransactionAsync(
            connection => flows.TakeAsync(connection, ExternalFlows.Registration, provider, null, state, request.Binding, ExternalJson.Default.ExternalIdentity, cancellation), cancellation) ?? throw new ProblemException(s_refused);
        var at = time.GetUtcNow();
        var pending = new PendingRegistration(
            identity.Email!, null, request.FirstName?.Trim(), request.LastName?.Trim(), request.Consents!.Marketing ?? false, request.Consents.Analytics ?? false, client.Address.ToString(), client.Agent, at);
        var uuid = Guid.CreateVersion7(at);
        await using var person = await keys.Persons.OpenOrCreateAsync(uuid.ToString(), cancellation);
        var account = await database.InTransactionAsync(
            async connection =>
            {
                var user = await registrations.MakeAsync(connection, uuid, person, pending, client, cancellation);
                if (!await store.AddAsync(connection, user, uuid, person, identity, cancellation)) throw new ProblemException(s_link);
                return (await accounts.FindAsync(connection, uuid, cancellation))!;
            },
            cancellation);
        return await CompleteAsync(account, identity, client, cancellation);
    }

    private Task<LoginOutcome> CompleteAsync(Account account, ExternalIdentity identity, Client client, CancellationToken cancellation) => completion.CompleteAsync(
        new LoginProof(account, LoginProof.Provider, new DeviceToken(keys.Devices).Read(account.Uuid, client.DeviceToken))
        {
            // It may have been taken away since.
            Begin = async connection => await store.UsedAsync(connection, identity, cancellation) == 1 ? account : throw new ProblemException(s_refused),
        },
        client, cancellation);
}
