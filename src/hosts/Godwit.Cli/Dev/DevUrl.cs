using System.CommandLine;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev url [database]</c>: the URL of a database of the private server, which is made where there is none.</summary>
internal static class DevUrl
{
    private static readonly Argument<string> Database = new("database")
    {
        Description = "The database; made when there is none.",
        DefaultValueFactory = _ => LocalCluster.Role,
    };

    public static Command Create() =>
        DevCommand.Act(
            new Command("url", "Prints the URL of a database of the private server, without the password, and how to give that.") { Database },
            async (cluster, result, cancellationToken) =>
            {
                var name = result.GetRequiredValue(Database);
                var created = await cluster.EnsureDatabaseAsync(name, cancellationToken);
                return new DevDatabase(cluster.UrlOf(name), cluster.PassFile, created);
            },
            DevJson.Default.DevDatabase,
            (answer, output) => output.WriteLine(answer.Url),
            answer => $"# the password: export PGPASSFILE={Quote(answer.PassFile)}");

    private static string Quote(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
