using System.CommandLine;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev up</c>: makes the private server where there is none and starts it where it does not run.</summary>
internal static class DevUp
{
    public static Command Create() =>
        DevCommand.Act(
            new Command("up", "Makes the private server where there is none, and starts it."),
            async (cluster, _, cancellationToken) => DevStatus.Describe(cluster, await cluster.UpAsync(cancellationToken)),
            DevJson.Default.DevServer,
            DevStatus.Print);
}
