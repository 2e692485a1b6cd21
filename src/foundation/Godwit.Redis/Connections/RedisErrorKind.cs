namespace Godwit.Redis.Connections;

/// <summary>Why a command failed, as it is counted: a bounded set, each with a series from the start.</summary>
internal enum RedisErrorKind
{
    /// <summary>Sent, and not answered in time.</summary>
    Timeout,

    /// <summary>Sent, and the connection was lost.</summary>
    Lost,

    /// <summary>Never sent.</summary>
    Unavailable,

    /// <summary>The caller's fault, or no fault at all: a wrong type, a missing right, a script that the server does not know.</summary>
    Refused,

    /// <summary>The server's own fault: it has no memory left, cannot write, is loading, is a replica.</summary>
    Server,

    /// <summary>The key is on another node of a cluster.</summary>
    Moved,
}

internal static class RedisErrorKinds
{
    /// <summary>By the first word of what the server says (https://github.com/redis/redis/blob/7.0/src/server.c, createSharedObjects).</summary>
    public static RedisErrorKind OfRefusal(string code) => code switch
    {
        "OOM" or "MISCONF" or "READONLY" or "LOADING" or "NOAUTH" or "BUSY" or "CLUSTERDOWN" or "MASTERDOWN" or "NOREPLICAS" or "TRYAGAIN" => RedisErrorKind.Server,
        _ => RedisErrorKind.Refused,
    };
}
