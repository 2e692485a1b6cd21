using System.Reflection;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Demo;

/// <summary>The files of a demo, beside the private server's: the runbook as it came with the program, and the secret that it needs.</summary>
internal sealed class DemoFolder(LocalCluster cluster, string runbook, string database)
{
    public string Path { get; } = System.IO.Path.Combine(cluster.Folder, "demo", database);

    public string Runbook => System.IO.Path.Combine(Path, "runbook.yaml");

    public string PepperFile => System.IO.Path.Combine(cluster.Folder, "demo", runbook + ".pepper");

    /// <summary>What the demo ends in.</summary>
    public string CertificateFile => System.IO.Path.Combine(Path, runbook + ".certificate.json");

    /// <summary>Writes the runbook's files; what a run has written beside them stays.</summary>
    public void Write()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = $"runbooks/{runbook}/";
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var path = System.IO.Path.Combine(Path, name[prefix.Length..]);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var from = assembly.GetManifestResourceStream(name)!;
            using var file = File.Create(path);
            from.CopyTo(file);
        }
    }

    public void Clear()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    /// <summary>The pepper, made on first use.</summary>
    public string ReadPepper() => PrivateFiles.ReadOrMakeSecret(PepperFile);
}
