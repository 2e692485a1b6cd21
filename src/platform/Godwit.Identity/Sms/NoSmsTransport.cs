namespace Godwit.Identity.Sms;

/// <summary>Where nothing is configured.</summary>
internal sealed class NoSmsTransport : ISmsTransport
{
    public bool Sends => false;

    public Task SendAsync(Guid id, string to, string text, CancellationToken cancellation) => throw new SmsTransportException("neither a URL nor a folder is configured", forGood: false);
}
