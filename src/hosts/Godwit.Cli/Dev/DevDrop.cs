using System.CommandLine;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev drop DATABASE</c>: removes a database of the private server, with everything in it.</summary>
internal static class DevDrop
{
    private static readonly Argument<string> Database = new("database") { Description = "The database to remove." };

    public static Command Create() =>
        DevCommand.Act(
            new Command("drop", "Removes a database of the private server, with everything in it.") { Database },
            async (cluster, result, cancellationToken) =>
            {
                var name = result.GetRequiredValue(Database);
                await cluster.DropDatabaseAsync(name, cancellationToken);
                return new DevDropped(name);
            },
            DevJson.Default.DevDropped,
            (answer, output) => output.WriteLine($"dropped {answer.Dropped}"));
}
