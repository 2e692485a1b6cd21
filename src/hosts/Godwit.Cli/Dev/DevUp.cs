using System.CommandLine;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev up</c>: makes the private server where there is none and starts it where it does not run.</summary>
internal static class DevUp
{
    public static Command Create() =>
        DevCommand.Act(
            new Command("up", "Makes the private server where there is none, and starts it. Its role may turn triggers and foreign keys off (session_replication_role), as live moves need."),
            async (cluster, _, cancellationToken) =>
            {
                var status = await cluster.UpAsync(cancellationToken);
                await cluster.AllowLiveMovesAsync(cancellationToken);
                return DevStatus.Describe(cluster, status);
            },
            DevJson.Default.DevServer,
            DevStatus.Print);
}
