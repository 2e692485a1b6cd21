namespace Godwit.Redis.Faults;

/// <summary>What went wrong between here and a Redis server. No message holds a key, a value or a secret.</summary>
/// <param name="message">A sentence for people.</param>
/// <param name="safeToRetry">The command was not carried out: sending it again does nothing twice.</param>
/// <param name="inner">What lies behind it.</param>
public abstract class RedisException(string message, bool safeToRetry, Exception? inner = null) : Exception(message, inner)
{
    public bool SafeToRetry { get; } = safeToRetry;
}

/// <summary>There is no connection, or no room on it, and the command was never sent.</summary>
public sealed class RedisUnavailableException(string message, Exception? inner = null) : RedisException(message, safeToRetry: true, inner);

/// <summary>The command was sent, at least in part, and its answer will not come. Whether it was carried out nobody knows.</summary>
public class RedisUnknownOutcomeException(string message, Exception? inner = null) : RedisException(message, safeToRetry: false, inner);

/// <summary>The answer did not come in time. The connection goes on; an answer that comes late is thrown away.</summary>
public sealed class RedisTimeoutException(string message) : RedisUnknownOutcomeException(message);

/// <summary>The server refused the command.</summary>
public sealed class RedisRefusedException(string command, string code, string serverMessage)
    : RedisException($"Redis refused {command}: {code}", safeToRetry: code is "LOADING" or "BUSY" or "MASTERDOWN" or "CLUSTERDOWN" or "TRYAGAIN" or "NOSCRIPT" or "READONLY")
{
    /// <summary><c>WRONGTYPE</c>, <c>NOAUTH</c>, <c>READONLY</c>, …</summary>
    public string Code { get; } = code;

    /// <summary>Everything the server said. It may quote the command's arguments: nothing for a log.</summary>
    public string ServerMessage { get; } = serverMessage;
}

/// <summary>
/// The server is a node of a cluster and the key is somewhere else. Clusters are not driven: connect to a proxy, or to a server that holds all keys. Nothing was carried out.
/// </summary>
public sealed class RedisClusterException(string command, int slot)
    : RedisException($"Redis says for {command} that slot {slot} is on another node; a cluster of several nodes is not driven by this client", safeToRetry: true)
{
    public int Slot { get; } = slot;
}

/// <summary>A connection could not be made, or not as it has to be: the reason is in the message, without any secret.</summary>
public sealed class RedisConnectException(string message, Exception? inner = null) : RedisException(message, safeToRetry: true, inner);
