using System.CommandLine;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev down</c>: stops the private server; its data stays.</summary>
internal static class DevDown
{
    public static Command Create() =>
        DevCommand.Act(
            new Command("down", "Stops the private server; its data stays."),
            async (cluster, _, cancellationToken) => new DevStopped(await cluster.DownAsync(cancellationToken)),
            DevJson.Default.DevStopped,
            (answer, output) => output.WriteLine(answer.Stopped ? "stopped" : "not running"));
}
