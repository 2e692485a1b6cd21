using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Figures;
using Godwit.Identity.Keys;
using Godwit.Identity.Registration;
using Godwit.Security.Emails;
using Microsoft.Extensions.Logging;

namespace Godwit.Identity.Mail;

/// <summary>
/// Takes mails out of the outbox and sends them, beside the requests, four at a time on each host (<see cref="OutboxRows"/>). What cannot be sent is tried again for a day. A mail that turns out to be for nobody takes its sender as
/// long as one that is sent.
/// </summary>
internal sealed partial class MailSender(IdentityDatabase database, IdentityKeys keys, Outbox outbox, IMailTransport transport, MailTexts texts, AccountFinder accounts, TimeProvider time, ILogger<MailSender> logger)
{
    /// <summary>
    /// Mails of one kind that a stranger can have sent to an address within an hour; beyond that one every ten minutes. So nobody is flooded, and nobody is kept from the link that they need: whoever asked, it is sent to the owner.
    /// </summary>
    public const int MostAnHour = 5;

    private const int AtOnce = 4;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_giveUp = TimeSpan.FromDays(1);

    private readonly OutboxRows _rows = new(database, "mail_outbox", about: true);
    private readonly SendingTimes _times = new();

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(stopping)));

    /// <summary>Sends one mail that is due.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> SendNextAsync(CancellationToken cancellation)
    {
        if (await _rows.ClaimAsync(cancellation) is not { } mail) return false;
        var outcome = await TrySendAsync(mail, cancellation);
        IdentityMeter.Delivered("email", outcome, mail.Kind == MailKind.SecondFactorCode, time.GetUtcNow() - mail.CreatedAt);
        return true;
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (!await SendNextAsync(stopping)) await outbox.Written.WaitAsync(s_look, stopping);
        }
    }

    private async Task<string> TrySendAsync(WaitingMessage mail, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        try
        {
            var payload = outbox.Open(mail.Id, mail.Payload);
            if (mail.IsStrangers) await Task.Delay(SendingTimes.Jitter(), time, cancellation);
            var text = await TextOfAsync(mail, payload, cancellation);
            begun = time.GetTimestamp();
            if (text is null)
            {
                await Task.Delay(_times.Any(), time, cancellation);
                return await EndAsync(mail, "dropped", null);
            }
            await transport.SendAsync(mail.Id, payload.To, text, cancellation);
            _times.Took(time.GetElapsedTime(begun));
            return await EndAsync(mail, "sent", null);
        }
        catch (MailTransportException fault)
        {
            _times.Took(time.GetElapsedTime(begun));
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

    private async Task<string> FailAsync(WaitingMessage mail, string fault, bool forGood)
    {
        if (forGood || time.GetUtcNow() - mail.CreatedAt > s_giveUp)
        {
            GivenUp(logger, mail.Kind, fault);
            return await EndAsync(mail, "failed", fault);
        }
        Later(logger, mail.Kind, mail.Attempts, fault);
        await _rows.DelayAsync(mail, fault);
        return "later";
    }

    private async Task<string> EndAsync(WaitingMessage mail, string state, string? fault)
    {
        await _rows.EndAsync(mail, state, fault);
        return state;
    }

    /// <returns>Null when nothing is to be sent.</returns>
    private async Task<MailText?> TextOfAsync(WaitingMessage mail, MailPayload payload, CancellationToken cancellation)
    {
        // What was an address when it was written is one still.
        var to = EmailAddress.Read(payload.To).Address!;
        if (mail.IsStrangers && await TooManyAsync(mail.Kind, to, cancellation)) return null;
        return mail.Kind switch
        {
            MailKind.Registration => await IsTakenAsync(to, null, cancellation) ? texts.AlreadyRegistered() : texts.VerifyAddress(payload.Link!),
            MailKind.Resend => await WaitingAsync(to, cancellation) is { } registration ? texts.VerifyAddress(new SignedId(keys.Links).Make(Registrar.LinkPurpose, registration)) : null,
            MailKind.EmailChange => await IsTakenAsync(to, payload.User, cancellation) ? texts.AddressTaken() : texts.ConfirmAddress(payload.Link!),
            MailKind.PasswordReset => await ExistsAsync(to, cancellation) ? texts.ResetPassword(payload.Link!) : null,
            MailKind.MagicLink => await ExistsAsync(to, cancellation) ? texts.SignInByLink(payload.Link!) : null,
            MailKind.EmailChanged => texts.EmailChanged(payload.Link!),
            MailKind.EmailWelcome => texts.EmailWelcome(),
            MailKind.EmailUndone => texts.EmailUndone(),
            MailKind.PhoneChanged => texts.PhoneChanged(),
            MailKind.SessionGuessing => texts.SessionGuessing(),
            MailKind.SecondFactorCode => texts.SecondFactorCode(payload.Detail!),
            MailKind.SecondFactorChanged => texts.SecondFactorChanged(payload.Detail!),
            MailKind.PasskeyChanged => texts.PasskeyChanged(payload.Detail!),
            MailKind.UnusualSignIn => texts.UnusualSignIn(payload.Detail!),
            MailKind.ProviderChanged => texts.ProviderChanged(payload.Detail!),
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

    private Task<bool> IsTakenAsync(EmailAddress to, Guid? except, CancellationToken cancellation) => database.WithAsync(connection => accounts.IsTakenAsync(connection, to, cancellation, except), cancellation);

    /// <returns>The newest registration that waits for this address; null when there is none, or there is an account by now.</returns>
    private Task<Guid?> WaitingAsync(EmailAddress to, CancellationToken cancellation) => database.WithAsync(
        async connection => await accounts.IsTakenAsync(connection, to, cancellation) ? null : await Statement.FirstAsync(
            connection, "SELECT id FROM identity.email_verification_tokens WHERE email_index = ANY($1) AND user_id IS NULL AND NOT used AND expires_at > now() ORDER BY created_at DESC LIMIT 1", r => (Guid?)r.GetGuid(0), cancellation,
            Statement.P(accounts.IndexesOf(to))),
        cancellation);

    private Task<bool> TooManyAsync(string kind, EmailAddress to, CancellationToken cancellation) => database.WithAsync(
        connection => Statement.FirstAsync(
            connection,
            """
            SELECT count(*) >= $3 AND max(ended_at) > now() - interval '10 minutes' FROM identity.mail_outbox WHERE about = ANY($1) AND kind = $2 AND state = 'sent' AND ended_at > now() - interval '1 hour'
            """,
            r => !r.IsDBNull(0) && r.GetBoolean(0), cancellation, Statement.P(accounts.IndexesOf(to)), Statement.P(kind), Statement.P((long)MostAnHour)),
        cancellation);

    [LoggerMessage(2300, LogLevel.Warning, "a mail of kind {kind} was not taken at try {attempt} and is sent again later: {fault}", EventName = "MailDelayed")]
    private static partial void Later(ILogger logger, string kind, int attempt, string fault);

    [LoggerMessage(2301, LogLevel.Error, "a mail of kind {kind} is given up: {fault}", EventName = "MailGivenUp")]
    private static partial void GivenUp(ILogger logger, string kind, string fault);
}
