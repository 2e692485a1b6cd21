namespace Godwit.Security.Passwords;

/// <summary>So many passwords are being hashed that this one's turn did not come in time: the caller is to try again later, HTTP status 503 with Retry-After.</summary>
public sealed class HashingBusyException(TimeSpan retryAfter) : Exception("too many passwords are being hashed at once: try again later")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
