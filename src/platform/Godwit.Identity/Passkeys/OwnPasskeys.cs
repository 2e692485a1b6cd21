using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Events;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Npgsql;

namespace Godwit.Identity.Passkeys;

/// <summary>Making, naming and removing one's own passkeys.</summary>
internal sealed class OwnPasskeys(
    IdentityDatabase database, AccountFinder accounts, PersonalValues values, PasskeyCeremonies ceremonies, PasskeyChallenges challenges, EventLog events, Outbox outbox)
{
    /// <summary>Passkeys that an account may have.</summary>
    public const int Most = 20;

    private const int LongestName = 255;

    private const string Purpose = "passkey_registration";

    private static readonly Problem s_refused = new(400, "passkey-refused", "The passkey was not taken") { Detail = "It was asked for more than five minutes ago, or elsewhere, or the authenticator did not verify its user. Begin again." };

    private static readonly Problem s_taken = new(409, "passkey-registered", "There is this passkey already");

    private static readonly Problem s_many = new(409, "too-many-passkeys", "There are too many passkeys") { Detail = $"An account has at most {Most}: remove one that is not used." };

    private static readonly Problem s_needed = new(409, "second-factor-in-use", "The last passkey is the account's second factor") { Detail = "Disable the second factor, or make another passkey, before you remove it." };

    public Task<IReadOnlyList<PasskeyDocument>> ListAsync(Caller caller, CancellationToken cancellation) =>
        database.WithAsync<IReadOnlyList<PasskeyDocument>>(async connection => await PasskeyStore.ListAsync(connection, caller.User, cancellation), cancellation);

    /// <exception cref="ProblemException">403: signed in too long ago; 409: there are too many.</exception>
    public async Task<PasskeyOptions> BeginAsync(Caller caller, CancellationToken cancellation)
    {
        var (account, holder, profile) = await database.InTransactionAsync(
            async connection =>
            {
                await RecentSignIn.RequireAsync(connection, caller, cancellation);
                var found = await FindAsync(connection, caller, cancellation);
                return (found, await PasskeyStore.HolderAsync(connection, found, cancellation), await values.OpenAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404)));
            },
            cancellation);
        if (holder.Passkeys.Count >= Most) throw new ProblemException(s_many);
        var name = string.Join(' ', new[] { profile.FirstName, profile.LastName }.Where(n => n is not null));
        var (options, state) = await ceremonies.BeginRegistrationAsync(holder, profile.Email, name.Length > 0 ? name : profile.Email);
        var challenge = await database.InTransactionAsync(connection => challenges.AddAsync(connection, Purpose, account.Id, Challenges.BindingOf(Purpose, caller.Family), state, cancellation), cancellation);
        return new PasskeyOptions(challenge, options);
    }

    /// <exception cref="ProblemException">400: it is not right, or its name is none; 403: signed in too long ago; 409: it is there already, or there are too many.</exception>
    public async Task<PasskeyDocument> RegisterAsync(Caller caller, PasskeyAnswer answer, Client client, CancellationToken cancellation)
    {
        var name = NameOf(answer.Name) ?? UserAgent.Read(client.Agent).Name;
        var (holder, state) = await database.InTransactionAsync(
            async connection =>
            {
                await RecentSignIn.RequireAsync(connection, caller, cancellation);
                return (await PasskeyStore.HolderAsync(connection, await FindAsync(connection, caller, cancellation), cancellation),
                    await challenges.TakeAsync(connection, Purpose, answer.Challenge, Challenges.BindingOf(Purpose, caller.Family), cancellation));
            },
            cancellation);
        if (state is null || answer.Credential is not { } credential || await ceremonies.FinishRegistrationAsync(holder, credential, state) is not { } made) throw new ProblemException(s_refused);
        var document = await database.InTransactionAsync(
            async connection =>
            {
                var account = await HoldAsync(connection, caller, cancellation);
                if (await PasskeyStore.CountAsync(connection, account.Id, cancellation) >= Most) throw new ProblemException(s_many);
                var added = await PasskeyStore.InsertAsync(connection, account.Id, name, made, cancellation) ?? throw new ProblemException(s_taken);
                // The session has just shown it.
                await Statement.RunAsync(connection, "UPDATE identity.user_sessions SET methods = array_append(methods, 'hwk') WHERE family = $1 AND NOT 'hwk' = ANY(methods)", cancellation, Statement.P(caller.Family));
                await TellAsync(connection, account, "passkey_added", "A passkey was made for your account, which can be signed in to with it from now on.", client, cancellation);
                return added;
            },
            cancellation);
        outbox.Wake();
        return document;
    }

    /// <exception cref="ProblemException">400: no name; 404: not one of the caller's.</exception>
    public Task RenameAsync(Caller caller, Guid passkey, PasskeyChange change, Client client, CancellationToken cancellation)
    {
        var name = NameOf(change.Name) ?? throw new ProblemException(Problem.ValidationFailed(new FieldFault("name", "is required")));
        return database.InTransactionAsync(
            async connection =>
            {
                var account = await FindAsync(connection, caller, cancellation);
                if (await Statement.RunAsync(connection, "UPDATE identity.user_passkeys SET name = $3 WHERE user_id = $1 AND uuid = $2", cancellation, Statement.P(account.Id), Statement.P(passkey), Statement.P(name)) == 0)
                    throw new ProblemException(Problem.Of(404));
                await events.WriteAsync(connection, new SecurityEvent("passkey_named", "account") { UserId = account.Id, Client = client }, cancellation);
            },
            cancellation);
    }

    /// <exception cref="ProblemException">403: signed in too long ago; 404: not one of the caller's; 409: it is the last one, and the account's second factor.</exception>
    public async Task RemoveAsync(Caller caller, Guid passkey, Client client, CancellationToken cancellation)
    {
        await database.InTransactionAsync(
            async connection =>
            {
                await RecentSignIn.RequireAsync(connection, caller, cancellation);
                var account = await HoldAsync(connection, caller, cancellation);
                if (await Statement.RunAsync(connection, "DELETE FROM identity.user_passkeys WHERE user_id = $1 AND uuid = $2", cancellation, Statement.P(account.Id), Statement.P(passkey)) == 0) throw new ProblemException(Problem.Of(404));
                if (await FactorSettings.FindAsync(connection, account.Id, cancellation, held: true) is { Enabled: true, Method: FactorMethod.Passkey } && await PasskeyStore.CountAsync(connection, account.Id, cancellation) == 0)
                    throw new ProblemException(s_needed);
                await TellAsync(connection, account, "passkey_removed", "A passkey of your account was removed: it opens your account no longer.", client, cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    /// <returns>Null for none.</returns>
    /// <exception cref="ProblemException">400.</exception>
    private static string? NameOf(string? typed)
    {
        if (typed is null) return null;
        var name = typed.Trim();
        return name.EnumerateRunes().Count() is > 0 and <= LongestName && !name.Any(char.IsControl)
            ? name
            : throw new ProblemException(Problem.ValidationFailed(new FieldFault("name", $"has 1 to {LongestName} characters, and no control characters")));
    }

    private async Task TellAsync(NpgsqlConnection connection, Account account, string type, string sentence, Client client, CancellationToken cancellation)
    {
        await events.WriteAsync(connection, new SecurityEvent(type, "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
        if (await values.EmailAsync(connection, account.Uuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.PasskeyChanged, new MailPayload(email, Detail: sentence), cancellation);
    }

    private async Task<Account> FindAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation) => await accounts.FindAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));

    /// <summary>The account's row orders two changes at once.</summary>
    private async Task<Account> HoldAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        await Statement.RunAsync(connection, "SELECT FROM identity.users WHERE uuid = $1 FOR UPDATE", cancellation, Statement.P(caller.User));
        return await FindAsync(connection, caller, cancellation);
    }
}
