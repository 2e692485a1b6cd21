using System.Diagnostics.Metrics;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Emails;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.Mail;

/// <summary>
/// Takes mails out of the outbox and sends them, beside the requests. Any number of hosts do so: a row is held by a lock while it is sent. Killed between sending and noting it, the mail is sent again with the same id. What
/// cannot be sent is tried again after 5 s, 10 s, and so on up to an hour, for a day.
/// </summary>
internal sealed partial class MailSender(IdentityDatabase database, Outbox outbox, IMailTransport transport, MailTexts texts, AccountFinder accounts, TimeProvider time, ILogger<MailSender> logger)
{
    /// <summary>Registrations and links that one address gets within an hour: whoever writes somebody else's address into forms again and again sends no more.</summary>
    public const int MostAnHour = 5;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_giveUp = TimeSpan.FromDays(1);

    private static readonly Meter s_meter = new("Godwit.Identity");

    private static readonly Counter<long> s_mails = s_meter.CreateCounter<long>("godwit.identity.mails", null, "Mails that left the outbox, by kind and by what became of them.");

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (await SendNextAsync(stopping)) continue;
            await outbox.Written.WaitAsync(s_look, stopping);
        }
    }

    /// <summary>Sends one mail that is due.</summary>
    /// <returns>False when there is none.</returns>
    public Task<bool> SendNextAsync(CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            var row = await Statement.FirstAsync(
                connection,
                "SELECT id, kind, payload, attempts, created_at FROM identity.mail_outbox WHERE state = 'waiting' AND not_before <= now() ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED",
                r => new Waiting(r.GetGuid(0), r.GetString(1), r.GetFieldValue<byte[]>(2), r.GetInt32(3), r.GetFieldValue<DateTimeOffset>(4)),
                cancellation);
            if (row is null) return false;
            var state = await TrySendAsync(connection, row, cancellation);
            s_mails.Add(1, new KeyValuePair<string, object?>("kind", row.Kind), new KeyValuePair<string, object?>("outcome", state));
            return true;
        },
        cancellation);

    private async Task<string> TrySendAsync(NpgsqlConnection connection, Waiting row, CancellationToken cancellation)
    {
        try
        {
            var payload = outbox.Open(row.Id, row.Payload);
            if (await TextOfAsync(connection, row, payload, cancellation) is not { } text) return await EndAsync(connection, row, "dropped", null, cancellation);
            await transport.SendAsync(row.Id, payload.To, text, cancellation);
            return await EndAsync(connection, row, "sent", null, cancellation);
        }
        catch (MailTransportException fault)
        {
            if (fault.ForGood || time.GetUtcNow() - row.CreatedAt > s_giveUp)
            {
                GivenUp(logger, row.Kind, fault.Message);
                return await EndAsync(connection, row, "failed", fault.Message, cancellation);
            }
            Later(logger, row.Kind, row.Attempts + 1, fault.Message);
            var pause = TimeSpan.FromSeconds(Math.Min(s_longest.TotalSeconds, 5 * Math.Pow(2, Math.Min(row.Attempts, 20))));
            await Statement.RunAsync(
                connection, "UPDATE identity.mail_outbox SET attempts = attempts + 1, last_fault = $2, not_before = now() + $3 WHERE id = $1", cancellation, Statement.P(row.Id), Statement.P(fault.Message), Statement.P(pause));
            return "later";
        }
        catch (Security.Fields.FieldUnreadableException)
        {
            // Its key is gone, or somebody wrote into the row: it can never be sent.
            GivenUp(logger, row.Kind, "it does not open");
            return await EndAsync(connection, row, "failed", "it does not open", cancellation);
        }
    }

    /// <returns>Null when nothing is to be sent.</returns>
    private async Task<MailText?> TextOfAsync(NpgsqlConnection connection, Waiting row, MailPayload payload, CancellationToken cancellation)
    {
        // What was an address when it was written is one still.
        var to = EmailAddress.Read(payload.To).Address!;
        switch (row.Kind)
        {
            case MailKind.Registration:
                if (await TooManyAsync(connection, "identity.email_verification_tokens", to, cancellation)) return null;
                return await accounts.ExistsAsync(connection, to, cancellation) ? texts.AlreadyRegistered() : texts.VerifyAddress(payload.Link!);
            case MailKind.PasswordReset:
                if (await TooManyAsync(connection, "identity.password_reset_tokens", to, cancellation)) return null;
                return await accounts.ExistsAsync(connection, to, cancellation) ? texts.ResetPassword(payload.Link!) : null;
            case MailKind.PasswordDisabled: return texts.PasswordDisabled();
            case MailKind.PasswordChanged: return texts.PasswordChanged();
            case MailKind.SessionReused: return texts.SessionReused();
            case MailKind.NewDevice: return texts.NewDevice(payload.Detail ?? "unknown");
            default: throw new MailTransportException("a kind that this host does not know", forGood: false);
        }
    }

    /// <param name="table">Written here, never by a client.</param>
    private async Task<bool> TooManyAsync(NpgsqlConnection connection, string table, EmailAddress to, CancellationToken cancellation) => await Statement.FirstAsync(
        connection, $"SELECT count(*) FROM {table} WHERE email_index = ANY($1) AND created_at > now() - interval '1 hour'", r => r.GetInt64(0), cancellation, Statement.P(accounts.IndexesOf(to))) > MostAnHour;

    private static async Task<string> EndAsync(NpgsqlConnection connection, Waiting row, string state, string? fault, CancellationToken cancellation)
    {
        await Statement.RunAsync(
            connection, "UPDATE identity.mail_outbox SET state = $2, payload = NULL, ended_at = now(), last_fault = $3, attempts = attempts + 1 WHERE id = $1", cancellation,
            Statement.P(row.Id), Statement.P(state), Statement.P(fault, NpgsqlTypes.NpgsqlDbType.Text));
        return state;
    }

    [LoggerMessage(2300, LogLevel.Warning, "a mail of kind {kind} was not taken at try {attempt} and is sent again later: {fault}", EventName = "MailDelayed")]
    private static partial void Later(ILogger logger, string kind, int attempt, string fault);

    [LoggerMessage(2301, LogLevel.Error, "a mail of kind {kind} is given up: {fault}", EventName = "MailGivenUp")]
    private static partial void GivenUp(ILogger logger, string kind, string fault);

    private sealed record Waiting(Guid Id, string Kind, byte[] Payload, int Attempts, DateTimeOffset CreatedAt);
}
