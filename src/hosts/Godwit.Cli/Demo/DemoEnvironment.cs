using Godwit.Cli.Runs;
using Godwit.Engine.Steps;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Demo;

/// <summary>The variables that a person would set for the runbook: here they are the demo's own, whatever the shell has.</summary>
internal sealed class DemoEnvironment(IReadOnlyDictionary<string, string> values) : IRunEnvironment
{
    public string? Find(string name) => values.TryGetValue(name, out var value) ? value : ProcessEnvironment.Instance.Find(name);

    /// <summary>Connections with the private server's password file.</summary>
    public static ConnectionEnvironment ConnectionsOf(LocalCluster cluster)
    {
        var passFile = cluster.PassFile;
        return ConnectionEnvironment.Process with
        {
            Variable = variable => variable switch
            {
                "PGPASSFILE" => passFile,
                "PGPASSWORD" or "PGOPTIONS" => null,
                _ => Environment.GetEnvironmentVariable(variable),
            },
        };
    }
}
