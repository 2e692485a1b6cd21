namespace Godwit.Identity.Sms;

/// <summary>Takes a text message away. It may be asked twice for the same one, whose id is then the same.</summary>
internal interface ISmsTransport
{
    /// <summary>Whether there is any way to send one: without it nobody is offered a number.</summary>
    bool Sends { get; }

    /// <param name="id">Of the message, for whoever wants to know it again.</param>
    /// <param name="to">The number, in the form of E.164.</param>
    /// <param name="text">The words.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="SmsTransportException">It was not taken; the message holds nothing of what a server said.</exception>
    Task SendAsync(Guid id, string to, string text, CancellationToken cancellation);
}

/// <param name="message">A class of fault, in a few words: it is kept and logged.</param>
/// <param name="forGood">Trying again is of no use.</param>
internal sealed class SmsTransportException(string message, bool forGood) : Exception(message)
{
    public bool ForGood => forGood;
}
