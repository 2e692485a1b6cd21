using Godwit.Redis.Connections;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Settings;

/// <summary>How to reach one Redis server, and how long to wait for it. Times have the defaults of a cache: a server that is slower than the database behind it is of no use.</summary>
public sealed record RedisSettings
{
    public required string Host { get; init; }

    public int Port { get; init; } = 6379;

    /// <summary>Chosen once a connection is made. A cluster has only 0.</summary>
    public int Database { get; init; }

    /// <summary>The ACL user; null is the server's <c>default</c>.</summary>
    public string? User { get; init; }

    public RedisPassword? Password { get; init; }

    /// <summary>TLS 1.2 or 1.3; the certificate's chain, dates and name are always checked. Revocation is not: servers of one's own CA seldom publish it.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the authorities to trust instead of the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The name the certificate must have, when it is not <see cref="Host"/>.</summary>
    public string? CertificateName { get; init; }

    /// <summary>The connection's name in CLIENT LIST.</summary>
    public string ClientName { get; init; } = "godwit";

    /// <summary>How long an answer may take: more than nothing, at most a day.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>For TCP, TLS and HELLO together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a subscription asks whether its connection still is one; an answer may take as long as a connection.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(2);

    public Backoff Backoff { get; init; } = Backoff.Default;

    public ConnectionLimits Limits { get; init; } = ConnectionLimits.Default;

    public RespLimits AnswerLimits { get; init; } = RespLimits.Default;

    /// <summary>Without the secrets, for messages.</summary>
    public string Endpoint => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";

    /// <exception cref="ArgumentOutOfRangeException">A time is zero, infinite, or longer than a day.</exception>
    internal void Check()
    {
        Deadlines.Checked(CommandTimeout, nameof(CommandTimeout));
        Deadlines.Checked(ConnectTimeout, nameof(ConnectTimeout));
        Deadlines.Checked(KeepAlive, nameof(KeepAlive));
        Deadlines.Checked(Limits.StalledAfter, nameof(ConnectionLimits.StalledAfter));
    }
}
