using Godwit.Identity.Database;
using Godwit.Identity.Figures;
using Godwit.Identity.Mail;
using Microsoft.Extensions.Logging;

namespace Godwit.Identity.Sms;

/// <summary>Sends text messages out of their outbox, two at a time on each host. What could not be sent within ten minutes is given up: its code is good no longer.</summary>
internal sealed partial class SmsSender(IdentityDatabase database, SmsOutbox outbox, Outbox mails, ISmsTransport transport, SmsTexts texts, TimeProvider time, ILogger<SmsSender> logger)
{
    private const int AtOnce = 2;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_giveUp = TimeSpan.FromMinutes(10);

    private readonly OutboxRows _rows = new(database, "sms_outbox", about: false);

    public Task RunAsync(CancellationToken stopping) => transport.Sends ? Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(stopping))) : Task.CompletedTask;

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (!await SendNextAsync(stopping)) await mails.WrittenTexts.WaitAsync(s_look, stopping);
        }
    }

    private async Task<bool> SendNextAsync(CancellationToken cancellation)
    {
        if (await _rows.ClaimAsync(cancellation) is not { } message) return false;
        var outcome = await TrySendAsync(message, cancellation);
        IdentityMeter.Delivered("sms", outcome, code: true, time.GetUtcNow() - message.CreatedAt);
        return true;
    }

    private async Task<string> TrySendAsync(WaitingMessage message, CancellationToken cancellation)
    {
        try
        {
            // Not sent when it is of no use any more.
            if (time.GetUtcNow() - message.CreatedAt > s_giveUp) return await FailAsync(message, "it is too old", forGood: true);
            var payload = outbox.Open(message.Id, message.Payload);
            await transport.SendAsync(message.Id, payload.To, texts.Code(payload.Code), cancellation);
            await _rows.EndAsync(message, "sent", null);
            return "sent";
        }
        catch (SmsTransportException fault)
        {
            return await FailAsync(message, fault.Message, fault.ForGood);
        }
        catch (Security.Fields.FieldUnreadableException)
        {
            return await FailAsync(message, "it does not open", forGood: true);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or Http.Problems.ProblemException))
        {
            return await FailAsync(message, fault.GetType().Name, forGood: false);
        }
    }

    private async Task<string> FailAsync(WaitingMessage message, string fault, bool forGood)
    {
        if (forGood)
        {
            GivenUp(logger, message.Kind, fault);
            await _rows.EndAsync(message, "failed", fault);
            return "failed";
        }
        Later(logger, message.Kind, message.Attempts, fault);
        await _rows.DelayAsync(message, fault);
        return "later";
    }

    [LoggerMessage(2302, LogLevel.Warning, "a text message of kind {kind} was not taken at try {attempt} and is sent again later: {fault}", EventName = "SmsDelayed")]
    private static partial void Later(ILogger logger, string kind, int attempt, string fault);

    [LoggerMessage(2303, LogLevel.Error, "a text message of kind {kind} is given up: {fault}", EventName = "SmsGivenUp")]
    private static partial void GivenUp(ILogger logger, string kind, string fault);
}
