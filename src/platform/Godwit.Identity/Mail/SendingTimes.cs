using System.Security.Cryptography;

namespace Godwit.Identity.Mail;

/// <summary>
/// How long the last mails took to send. A mail that is not sent, because nobody has the address, takes as long as one of these: else who has asked for mails to an address could tell, by when a mail of their own comes that stood behind
/// them, whether they were sent.
/// </summary>
internal sealed class SendingTimes
{
    private const int Kept = 64, LongestJitter = 100;

    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _times = [];
    private int _next;

    public void Took(TimeSpan time)
    {
        lock (_lock)
        {
            if (_times.Count < Kept) _times.Add(time);
            else _times[_next++ % Kept] = time;
        }
    }

    /// <returns>Up to a tenth of a second, which each mail that a stranger can ask for waits: it covers what is left of a difference, in processor time for instance.</returns>
    public static TimeSpan Jitter() => TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(LongestJitter + 1));

    /// <returns>One of the last times; 20 milliseconds where none was sent yet.</returns>
    public TimeSpan Any()
    {
        lock (_lock) return _times.Count == 0 ? TimeSpan.FromMilliseconds(20) : _times[RandomNumberGenerator.GetInt32(_times.Count)];
    }
}
