namespace Godwit.Postgres.Clusters;

/// <summary>How a <see cref="LocalCluster"/> is made and run. The defaults are a durable server for one small machine.</summary>
public sealed record ClusterOptions
{
    /// <summary>The folder of initdb, pg_ctl and postgres; null looks on PATH and under /usr/lib/postgresql.</summary>
    public string? BinFolder { get; init; }

    /// <summary>False turns fsync, full_page_writes and synchronous_commit off: for tests that never crash the machine.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Where the data goes instead of the cluster's own folder (a small file system, for instance). It must be reachable by the server's account.</summary>
    public string? Home { get; init; }

    /// <summary>Settings of postgresql.conf that override Godwit's own, by name, unquoted.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long a start (crash recovery included) or a stop may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
