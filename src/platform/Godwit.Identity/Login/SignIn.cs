using System.Net;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.Risk;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;
using Npgsql;

namespace Godwit.Identity.Login;

/// <summary>Opens the session of somebody who has proved who they are, whichever way.</summary>
internal sealed class SignIn(IdentityKeys keys, AccessTokens access, EventLog events, Outbox outbox, PersonalValues values, SettingValues settings)
{
    private static readonly Problem s_changed = new(401, "invalid-credentials", "Wrong address or password");

    private readonly TimeSpan _life = TimeSpan.FromMinutes(settings.Whole(IdentitySettings.SessionMinutes.Name));

    /// <summary>In the connection's transaction: session, device, event.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="account">The account.</param>
    /// <param name="methods">How it was proved (RFC 8176).</param>
    /// <param name="device">The device, if it is one that the account has a token for.</param>
    /// <param name="client">From where.</param>
    /// <param name="assessed">How unlike its person it is.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">401: the account is not as it was when the password was looked at.</exception>
    public async Task<IssuedTokens> OpenSessionAsync(NpgsqlConnection connection, Account account, IReadOnlyList<string> methods, Guid? device, Client client, AssessedLogin assessed, CancellationToken cancellation)
    {
        // The account may have been locked, erased, or given another password since the password was looked at. A reset changes this row before it ends sessions: either it sees this session, or this sees the reset.
        var still = await Statement.FirstAsync(
            connection, "SELECT password_hash IS NOT DISTINCT FROM $2 AND NOT (account_locked AND coalesce(account_locked_until, 'infinity') > now()) FROM identity.users WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
            r => r.GetBoolean(0), cancellation, Statement.P(account.Id), Statement.P(account.PasswordHash, NpgsqlTypes.NpgsqlDbType.Text));
        if (!still) throw new ProblemException(s_changed);
        var known = device is { } named && await DeviceStore.IsKnownAsync(connection, account.Id, named, cancellation);
        var used = known ? device!.Value : Guid.NewGuid();
        var others = await DeviceStore.SeenAsync(connection, account.Id, used, client, assessed.Country, cancellation);
        var family = Guid.NewGuid();
        var refresh = new RefreshToken(keys.Refresh).Make(family, 0, out var key);
        var (id, expires, roles) = await SessionStore.InsertAsync(connection, account.Id, family, key, methods, used, client, assessed.Country, _life, cancellation);
        await Statement.RunAsync(
            connection, "UPDATE identity.users SET last_login_at = now(), last_login_ip = $2, failed_login_attempts = 0 WHERE id = $1", cancellation, Statement.P(account.Id), Statement.P(client.Address));
        await events.WriteAsync(connection, new SecurityEvent("login_success") { UserId = account.Id, Session = id, Device = used, Client = client, Risk = assessed.Score.Points, Data = RiskData.Of(assessed) }, cancellation);
        // The first device is how the account began; of every later one its owner hears, and of what is unlike them.
        var unusual = assessed.Score.NeedsSecondFactor;
        if ((unusual || (!known && others > 0)) && await values.EmailAsync(connection, account.Uuid, cancellation) is { } email)
            await outbox.AddAsync(connection, unusual ? MailKind.UnusualSignIn : MailKind.NewDevice, new MailPayload(email, Detail: unusual ? RiskData.Sentence(assessed.Score) : UserAgent.Read(client.Agent).Name), cancellation);
        return new IssuedTokens(
            access.Issue(account.Uuid, family, methods, roles, expires), refresh, "Bearer", access.SecondsUntil(expires), expires, account.Uuid, family, known ? null : new DeviceToken(keys.Devices).Make(account.Uuid, used));
    }
}
