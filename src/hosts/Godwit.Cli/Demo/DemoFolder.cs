using System.Reflection;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Demo;

/// <summary>The files of a demo, beside the private server's: the runbook as it came with the program, keys, backups, the proxy's files, and the master key that the runbook needs.</summary>
internal sealed class DemoFolder(LocalCluster cluster, string runbook, string database)
{
    public string Path { get; } = System.IO.Path.Combine(cluster.Folder, "demo", database);

    /// <summary>The runbook's own, and nothing else.</summary>
    public string Files => System.IO.Path.Combine(Path, runbook);

    public string Runbook => System.IO.Path.Combine(Files, "runbook.yaml");

    /// <summary>The second runbook, for another pepper.</summary>
    public string Rotation => System.IO.Path.Combine(Files, "rotate-pepper.yaml");

    public string RouteFile => System.IO.Path.Combine(Files, "routes", "key-lookup.conf");

    /// <summary>GODWIT_HOME: keys of people, the signing key, the backups' key.</summary>
    public string Home => System.IO.Path.Combine(Path, "home");

    public string Proxy => System.IO.Path.Combine(Path, "proxy");

    public string Backups => System.IO.Path.Combine(Path, "backups");

    public string Offsite => System.IO.Path.Combine(Path, "offsite");

    public string Staging => System.IO.Path.Combine(Path, "staging");

    public string ReportFile => System.IO.Path.Combine(Path, "report.html");

    public string PostMortemFile => System.IO.Path.Combine(Path, "post-mortem.html");

    /// <summary>The legacy service's schema, as it was made: an earlier demo may have gone half the way.</summary>
    public string SchemaFile => System.IO.Path.Combine(Path, "schema.before");

    public string VariablesFile => System.IO.Path.Combine(Path, "env.sh");

    /// <summary>Wraps the keys of the database's keyring: without it nobody finds a client by its key.</summary>
    public string MasterKeyFile => System.IO.Path.Combine(Path, "master.hex");

    /// <summary>What the demo ends in.</summary>
    public string CertificateFile => System.IO.Path.Combine(Path, runbook + ".certificate.json");

    public string RotationCertificateFile => System.IO.Path.Combine(Path, "rotate-pepper.certificate.json");

    /// <summary>Writes the runbook's files; what a run has written beside them stays.</summary>
    public void Write()
    {
        foreach (var closed in (string[])[Path, Home, Backups, Offsite]) Directory.CreateDirectory(closed, PrivateFiles.FolderMode);
        WriteRunbook(runbook);
    }

    /// <summary>Writes the files of a runbook that came with the program.</summary>
    /// <returns>The file of the runbook itself.</returns>
    public string WriteRunbook(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = $"runbooks/{name}/";
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var path = System.IO.Path.Combine(Path, name, resource[prefix.Length..]);
            if (path == RouteFile && File.Exists(path)) continue;
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var from = assembly.GetManifestResourceStream(resource)!;
            using var file = File.Create(path);
            from.CopyTo(file);
        }
        return System.IO.Path.Combine(Path, name, "runbook.yaml");
    }

    /// <summary>Two demos on one database would carry out one run; null when there is another. The system lets go of it with the process.</summary>
    public FileStream? TryHold()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!, PrivateFiles.FolderMode);
        try
        {
            return new FileStream(Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Clear()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    /// <summary>For whoever wants to look around afterwards: `. env.sh` and every command of godwit is about this demo.</summary>
    public void WriteVariables(IReadOnlyDictionary<string, string?> values)
    {
        var lines = values.Where(v => v.Value is not null).Select(v => $"export {v.Key}='{v.Value!.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        PrivateFiles.Write(VariablesFile, string.Join('\n', lines) + "\n");
    }
}
