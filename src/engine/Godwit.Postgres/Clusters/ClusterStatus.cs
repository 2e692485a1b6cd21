namespace Godwit.Postgres.Clusters;

public enum ClusterState
{
    /// <summary>No data folder: <c>up</c> makes one.</summary>
    Absent,

    /// <summary>The data is there, no server runs on it.</summary>
    Stopped,

    /// <summary>A server runs on this data folder.</summary>
    Running,
}

/// <summary>What is known of a cluster without connecting to it.</summary>
/// <param name="DataFolder">The data folder; null when absent.</param>
/// <param name="Version">The major version of the data, e.g. <c>15</c>.</param>
/// <param name="SocketFolder">The folder of the unix socket while running.</param>
public sealed record ClusterStatus(ClusterState State, string? DataFolder, string? Version, int? ProcessId, int? Port, string? SocketFolder);
