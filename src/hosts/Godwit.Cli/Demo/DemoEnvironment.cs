using Godwit.Cli.Runs;
using Godwit.Engine.Steps;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Demo;

/// <summary>The variables that a person would set for the runbook: here they are the demo's own, whatever the shell has.</summary>
internal sealed class DemoEnvironment(string name, string value) : IRunEnvironment
{
    public string? Find(string variable) => variable == name ? value : ProcessEnvironment.Instance.Find(variable);

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
