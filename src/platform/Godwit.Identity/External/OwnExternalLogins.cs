using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Npgsql;

namespace Godwit.Identity.External;

/// <summary>Linking one's own account with identities at providers, and taking them away: soon after signing in only.</summary>
internal sealed class OwnExternalLogins(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, ExternalLogin logins, ExternalStore store, EventLog events, Outbox outbox)
{
    private static readonly Problem s_taken = new(409, "already-linked", "This identity is linked already") { Detail = "It opens this account or another: sign in with it." };

    public Task<IReadOnlyList<ExternalLinkDocument>> ListAsync(Caller caller, CancellationToken cancellation) =>
        database.WithAsync<IReadOnlyList<ExternalLinkDocument>>(async connection => await ExternalStore.ListAsync(connection, caller.User, cancellation), cancellation);

    /// <exception cref="ProblemException">403: signed in too long ago; 404: no such provider; 429: the network asks too often; 502: it does not answer.</exception>
    public async Task<OAuthStart> BeginAsync(Caller caller, string provider, Client client, CancellationToken cancellation) =>
        await logins.BeginAsync(provider, ExternalFlows.Link, (await RecentAsync(caller, cancellation)).Id, client, cancellation);

    /// <exception cref="ProblemException">401: something of it is not right; 403: signed in too long ago; 409: it opens an account already.</exception>
    public async Task FinishAsync(Caller caller, string provider, OAuthFinish finish, Client client, CancellationToken cancellation)
    {
        var account = await RecentAsync(caller, cancellation);
        var identity = await logins.IdentifyAsync(provider, ExternalFlows.Link, account.Id, finish, client, cancellation);
        await using var person = await keys.Persons.OpenOrCreateAsync(caller.User.ToString(), cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                if (!await store.AddAsync(connection, account.Id, account.Uuid, person, identity, cancellation)) throw new ProblemException(s_taken);
                await TellAsync(connection, account, "provider_linked", $"Your account can be signed in to with {provider} from now on.", client, cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    /// <exception cref="ProblemException">403: signed in too long ago; 404: not one of the caller's.</exception>
    public async Task RemoveAsync(Caller caller, Guid link, Client client, CancellationToken cancellation)
    {
        var account = await RecentAsync(caller, cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                var provider = await Statement.FirstAsync(
                    connection, "DELETE FROM identity.external_logins WHERE user_id = $1 AND uuid = $2 RETURNING provider", r => r.GetString(0), cancellation, Statement.P(account.Id), Statement.P(link)) ?? throw new ProblemException(Problem.Of(404));
                await TellAsync(connection, account, "provider_unlinked", $"Your account can be signed in to with {provider} no longer.", client, cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    private Task<Account> RecentAsync(Caller caller, CancellationToken cancellation) => database.WithAsync(
        async connection =>
        {
            await RecentSignIn.RequireAsync(connection, caller, cancellation);
            return await accounts.FindAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));
        },
        cancellation);

    private async Task TellAsync(NpgsqlConnection connection, Account account, string type, string sentence, Client client, CancellationToken cancellation)
    {
        await events.WriteAsync(connection, new SecurityEvent(type, "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
        if (await values.EmailAsync(connection, account.Uuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.ProviderChanged, new MailPayload(email, Detail: sentence), cancellation);
    }
}
