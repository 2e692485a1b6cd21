using Godwit.Redis.Faults;

namespace Godwit.Redis.Subscriptions;

/// <summary>What a subscription is told, in order.</summary>
public abstract record RedisNotice
{
    private RedisNotice() { }

    /// <summary>A message on a channel. <c>ToString</c> leaves the payload out.</summary>
    public sealed record Message(string Channel, ReadOnlyMemory<byte> Payload) : RedisNotice
    {
        public override string ToString() => $"{Payload.Length} bytes on {Channel}";
    }

    /// <summary>
    /// From here on messages arrive; whatever was published before may have been missed. A cache that lives by these messages is emptied now. It is the first notice of every subscription, and comes again after a connection
    /// was lost, and when the reader was too slow and messages were thrown away.
    /// </summary>
    public sealed record Resumed : RedisNotice;

    /// <summary>The connection is lost: until <see cref="Resumed"/> no message arrives, and a cache that lives by them is not to be believed.</summary>
    public sealed record Lost : RedisNotice
    {
        /// <summary>
        /// The server's no to this channel or pattern on the connection that was made since; null when the connection is all that is lost. It is asked again on the next connection, and when another reader subscribes.
        /// </summary>
        public RedisRefusedException? Refusal { get; init; }
    }
}
