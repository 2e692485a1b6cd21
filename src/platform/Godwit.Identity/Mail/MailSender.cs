using System.Diagnostics.Metrics;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Emails;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;

namespace Godwit.Identity.Mail;

/// <summary>
/// Takes mails out of the outbox and sends them, beside the requests. Any number of hosts do so, four mails at a time each: a mail that is being sent is put off by two minutes first, in a transaction of its own, so that none
/// is open while a mail server talks. Killed in between, the mail is sent again with the same id. What cannot be sent is tried again after 5 s, 10 s, and so on up to an hour, for a day.
/// </summary>
internal sealed partial class MailSender(IdentityDatabase database, Outbox outbox, IMailTransport transport, MailTexts texts, AccountFinder accounts, TimeProvider time, ILogger<MailSender> logger)
{
    /// <summary>
    /// Mails of one kind that a stranger can have sent to an address within an hour; beyond that one every ten minutes. So nobody is flooded, and nobody is kept from the link that they need: whoever asked, it is sent to the owner.
    /// </summary>
    public const int MostAnHour = 5;

    private const int AtOnce = 4;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_giveUp = TimeSpan.FromDays(1);

    private static readonly Meter s_meter = new("Godwit.Identity");

    private static readonly Counter<long> s_mails = s_meter.CreateCounter<long>("godwit.identity.mails", null, "Mails that left the outbox, by kind and by what became of them.");

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(stopping)));

    /// <summary>Sends one mail that is due.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> SendNextAsync(CancellationToken cancellation)
    {
        if (await ClaimAsync(cancellation) is not { } mail) return false;
        var outcome = await TrySendAsync(mail, cancellation);
        s_mails.Add(1, new KeyValuePair<string, object?>("kind", mail.Kind), new KeyValuePair<string, object?>("outcome", outcome));
        return true;
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (!await SendNextAsync(stopping)) await outbox.Written.WaitAsync(s_look, stopping);
        }
    }

    private Task<Waiting?> ClaimAsync(CancellationToken cancellation) => database.InTransactionAsync(
        connection => Statement.FirstAsync(
            connection,
            """
            UPDATE identity.mail_outbox SET attempts = attempts + 1, not_before = clock_timestamp() + interval '2 minutes'
            WHERE id = (SELECT id FROM identity.mail_outbox WHERE state = 'waiting' AND not_before <= clock_timestamp() ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, payload, attempts, created_at, about
            """,
            r => new Waiting(r.GetGuid(0), r.GetString(1), r.GetFieldValue<byte[]>(2), r.GetInt32(3), r.GetFieldValue<DateTimeOffset>(4), !r.IsDBNull(5)),
            cancellation),
        cancellation);

    private async Task<string> TrySendAsync(Waiting mail, CancellationToken cancellation)
    {
        try
        {
            var payload = outbox.Open(mail.Id, mail.Payload);
            if (await TextOfAsync(mail, payload, cancellation) is not { } text) return await EndAsync(mail, "dropped", null);
            await transport.SendAsync(mail.Id, payload.To, text, cancellation);
            return await EndAsync(mail, "sent", null);
        }
        catch (MailTransportException fault)
        {
            return await FailAsync(mail, fault.Message, fault.ForGood);
        }
        catch (Security.Fields.FieldUnreadableException)
        {
            // Its key is gone, or somebody wrote into the row: it can never be sent.
            return await FailAsync(mail, "it does not open", forGood: true);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or Http.Problems.ProblemException))
        {
            // One mail that something is wrong with is not to hold up all others.
            return await FailAsync(mail, fault.GetType().Name, forGood: false);
        }
    }

    private async Task<string> FailAsync(Waiting mail, string fault, bool forGood)
    {
        if (forGood || time.GetUtcNow() - mail.CreatedAt > s_giveUp)
        {
            GivenUp(logger, mail.Kind, fault);
            return await EndAsync(mail, "failed", fault);
        }
        Later(logger, mail.Kind, mail.Attempts, fault);
        var pause = TimeSpan.FromSeconds(Math.Min(s_longest.TotalSeconds, 5 * Math.Pow(2, Math.Min(mail.Attempts - 1, 20))));
        await database.InTransactionAsync(
            connection => Statement.RunAsync(
                connection, "UPDATE identity.mail_outbox SET last_fault = $2, not_before = clock_timestamp() + $3 WHERE id = $1 AND state = 'waiting'", CancellationToken.None, Statement.P(mail.Id), Statement.P(fault), Statement.P(pause)),
            CancellationToken.None);
        return "later";
    }

    /// <returns>Null when nothing is to be sent.</returns>
    private async Task<MailText?> TextOfAsync(Waiting mail, MailPayload payload, CancellationToken cancellation)
    {
        // What was an address when it was written is one still.
        var to = EmailAddress.Read(payload.To).Address!;
        if (mail.IsStrangers && await TooManyAsync(mail.Kind, to, cancellation)) return null;
        return mail.Kind switch
        {
            MailKind.Registration => await ExistsAsync(to, cancellation) ? texts.AlreadyRegistered() : texts.VerifyAddress(payload.Link!),
            MailKind.PasswordReset => await ExistsAsync(to, cancellation) ? texts.ResetPassword(payload.Link!) : null,
            MailKind.MagicLink => await ExistsAsync(to, cancellation) ? texts.SignInByLink(payload.Link!) : null,
            MailKind.SecondFactorCode => texts.SecondFactorCode(payload.Detail!),
            MailKind.SecondFactorChanged => texts.SecondFactorChanged(payload.Detail!),
            MailKind.PasskeyChanged => texts.PasskeyChanged(payload.Detail!),
            MailKind.UnusualSignIn => texts.UnusualSignIn(payload.Detail!),
            MailKind.PasswordDisabled => texts.PasswordDisabled(),
            MailKind.PasswordChanged => texts.PasswordChanged(),
            MailKind.SessionReused => texts.SessionReused(),
            MailKind.DataRequest => texts.DataRequest(payload.Detail!),
            MailKind.Erased => texts.DataRequest(DataRequests.DataRequestWords.Erased),
            MailKind.NewDevice => texts.NewDevice(payload.Detail ?? "unknown"),
            _ => throw new MailTransportException("a kind that this host does not know", forGood: false),
        };
    }

    private Task<bool> ExistsAsync(EmailAddress to, CancellationToken cancellation) => database.WithAsync(connection => accounts.ExistsAsync(connection, to, cancellation), cancellation);

    private Task<bool> TooManyAsync(string kind, EmailAddress to, CancellationToken cancellation) => database.WithAsync(
        connection => Statement.FirstAsync(
            connection,
            """
            SELECT count(*) >= $3 AND max(ended_at) > now() - interval '10 minutes' FROM identity.mail_outbox WHERE about = ANY($1) AND kind = $2 AND state = 'sent' AND ended_at > now() - interval '1 hour'
            """,
            r => !r.IsDBNull(0) && r.GetBoolean(0), cancellation, Statement.P(accounts.IndexesOf(to)), Statement.P(kind), Statement.P((long)MostAnHour)),
        cancellation);

    /// <summary>Whatever becomes of the host: a mail that was sent is not to be sent again.</summary>
    private async Task<string> EndAsync(Waiting mail, string state, string? fault)
    {
        await database.InTransactionAsync(
            connection => Statement.RunAsync(
                connection, "UPDATE identity.mail_outbox SET state = $2, payload = NULL, ended_at = clock_timestamp(), last_fault = $3 WHERE id = $1 AND state = 'waiting'", CancellationToken.None,
                Statement.P(mail.Id), Statement.P(state), Statement.P(fault, NpgsqlDbType.Text)),
            CancellationToken.None);
        return state;
    }

    [LoggerMessage(2300, LogLevel.Warning, "a mail of kind {kind} was not taken at try {attempt} and is sent again later: {fault}", EventName = "MailDelayed")]
    private static partial void Later(ILogger logger, string kind, int attempt, string fault);

    [LoggerMessage(2301, LogLevel.Error, "a mail of kind {kind} is given up: {fault}", EventName = "MailGivenUp")]
    private static partial void GivenUp(ILogger logger, string kind, string fault);

    private sealed record Waiting(Guid Id, string Kind, byte[] Payload, int Attempts, DateTimeOffset CreatedAt, bool IsStrangers);
}
