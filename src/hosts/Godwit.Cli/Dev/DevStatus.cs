using System.CommandLine;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev status</c>: whether the private server runs, and where.</summary>
internal static class DevStatus
{
    public static Command Create() =>
        DevCommand.Act(
            new Command("status", "Says whether the private server runs, and where."),
            (cluster, _, _) => Task.FromResult(Describe(cluster, cluster.Status())),
            DevJson.Default.DevServer,
            Print);

    public static DevServer Describe(LocalCluster cluster, ClusterStatus status) =>
        new(status.State.ToString().ToLowerInvariant(), status.Version, status.Port, status.SocketFolder, status.ProcessId, status.DataFolder, cluster.LogFile);

    public static void Print(DevServer server, TextWriter output)
    {
        output.WriteLine(server.State switch
        {
            "running" => $"running: PostgreSQL {server.Version} on 127.0.0.1:{server.Port}, socket folder {server.Socket}, process {server.ProcessId}",
            "stopped" => $"stopped: PostgreSQL {server.Version}; godwit dev up starts it",
            _ => "absent: godwit dev up makes it",
        });
        if (server.Data is { } data)
            output.WriteLine($"data: {data}");
    }
}
