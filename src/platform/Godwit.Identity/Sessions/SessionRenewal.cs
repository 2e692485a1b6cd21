using System.Security.Cryptography;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;
using Npgsql;

namespace Godwit.Identity.Sessions;

/// <summary>
/// Renews sessions. A refresh token is good once; whoever presents the one before the newest within ten seconds from the same device - the answer was lost, or two tabs renewed at once - gets the very same successor. An older
/// one tells that somebody has a copy: the session ends, that is recorded, and the person is told.
/// </summary>
internal sealed class SessionRenewal(IdentityDatabase database, IdentityKeys keys, AccessTokens access, SessionGate gate, EventLog events, Outbox outbox, PersonalValues values, SettingValues settings)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    private static readonly Problem s_refused = new(401, "session-ended", "The session has ended") { Detail = "Sign in again." };

    private readonly SharedStatement<RotationStep, SessionRow> _rotated = Rotated(database, events, TimeSpan.FromMinutes(settings.Whole(IdentitySettings.IdleMinutes.Name)));

    private readonly TimeSpan _idle = TimeSpan.FromMinutes(settings.Whole(IdentitySettings.IdleMinutes.Name));

    /// <exception cref="ProblemException">401: the token is of no use, or no more.</exception>
    public async Task<IssuedTokens> RenewAsync(string token, Client client, CancellationToken cancellation)
    {
        var tokens = new RefreshToken(keys.Refresh);
        if (tokens.Read(token) is not var (family, sequence)) throw new ProblemException(s_refused);
        var successor = tokens.Make(family, sequence + 1, out var key);
        var step = new RotationStep(family, sequence, key, client);
        if (await _rotated.AskAsync(step, cancellation) is { } rotated) return Issue(rotated, family, successor);
        // Nearly always the newest it was. Anything else is looked at by itself, with the row held; so is one that somebody else held a moment ago.
        var (issued, reused) = await database.InTransactionAsync(
            async connection =>
            {
                if (await SessionStore.FindAsync(connection, family, cancellation) is not { Revoked: false } now || now.Expires <= now.Now || now.RotatedAt <= now.Now - _idle) return (null, false);
                if (sequence == now.Sequence)
                {
                    if ((await SessionStore.RotateAsync(connection, [step], _idle, cancellation)).GetValueOrDefault(family) is not { } row) return (null, false);
                    await events.WriteAsync(connection, Renewed(row, client), cancellation);
                    return (Issue(row, family, successor), false);
                }
                if (sequence == now.Sequence - 1 && now.Now - now.RotatedAt <= s_grace && CryptographicOperations.FixedTimeEquals(now.Fingerprint, client.Fingerprint))
                {
                    // Another host made it with a key that this one has not loaded yet: it will have.
                    return tokens.MakeAgain(family, now.Sequence, now.Key) is { } same ? (Issue(now, family, same), false) : throw new ProblemException(Problem.Of(503) with { RetryAfter = 5 });
                }
                // One with a number that was never given out has a right MAC all the same: somebody has the key. It is treated as a copy, too.
                await EndReusedAsync(connection, now, family, sequence, client, cancellation);
                return ((IssuedTokens?)null, true);
            },
            cancellation);
        if (reused)
        {
            await gate.PublishAsync([family]);
            outbox.Wake();
        }
        return issued ?? throw new ProblemException(s_refused);
    }

    private static SecurityEvent Renewed(SessionRow row, Client client) => new("session_renewed") { UserId = row.UserId, Session = row.Id, Client = client };

    /// <summary>Renewals that come at once are one transaction, with their events in it. Of one session's the first is taken; what the database refuses of them is left to each alone.</summary>
    private static SharedStatement<RotationStep, SessionRow> Rotated(IdentityDatabase database, EventLog events, TimeSpan idle) => new(async steps =>
    {
        var first = steps.DistinctBy(s => s.Family).ToList();
        try
        {
            return await database.InTransactionAsync<IReadOnlyDictionary<RotationStep, SessionRow>>(
                async connection =>
                {
                    var rows = await SessionStore.RotateAsync(connection, first, idle, CancellationToken.None);
                    var taken = first.Where(s => rows.ContainsKey(s.Family)).ToDictionary(s => s, s => rows[s.Family]);
                    if (taken.Count > 0) await events.WriteAsync(connection, [.. taken.Select(t => Renewed(t.Value, t.Key.Client))], CancellationToken.None);
                    return taken;
                },
                CancellationToken.None);
        }
        catch (PostgresException)
        {
            return new Dictionary<RotationStep, SessionRow>();
        }
    });

    private IssuedTokens Issue(SessionRow row, Guid family, string successor) =>
        new(access.Issue(row.UserUuid, family, row.Methods, row.Roles, row.Expires), successor, "Bearer", access.SecondsUntil(row.Expires), row.Expires, row.UserUuid, family, null);

    private async Task EndReusedAsync(NpgsqlConnection connection, SessionRow row, Guid family, long presented, Client client, CancellationToken cancellation)
    {
        await SessionStore.RevokeAsync(connection, row.UserId, family, null, "a refresh token was used again", cancellation);
        var data = new System.Text.Json.Nodes.JsonObject { ["presented"] = presented, ["newest"] = row.Sequence };
        await events.WriteAsync(connection, new SecurityEvent("refresh_token_reused") { UserId = row.UserId, Session = row.Id, Client = client, Severity = EventSeverity.Critical, Blocked = true, Data = data }, cancellation);
        if (await values.EmailAsync(connection, row.UserUuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.SessionReused, new MailPayload(email), cancellation);
    }
}
