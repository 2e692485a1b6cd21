using System.Diagnostics;
using System.Globalization;

namespace Godwit.TestServers;

/// <summary>One node of a <see cref="PatroniCluster"/>: a Patroni and its PostgreSQL.</summary>
internal sealed class PatroniNode(string folder, string name)
{
    public const string Program = "/usr/bin/patroni";

    private Process? process;

    public string Name => name;

    public int Port { get; } = FreePorts.Next();

    public int ApiPort { get; } = FreePorts.Next();

    public bool IsUp => process is { HasExited: false };

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    public string Configuration => Path.Combine(folder, $"{name}.yml");

    public string DataFolder => Path.Combine(folder, name);

    private string LogFile => Path.Combine(folder, $"{name}.log");

    public string Api(string path) => $"http://127.0.0.1:{ApiPort.ToString(CultureInfo.InvariantCulture)}/{path}";

    public void Start() => process = Background.Start(Program, [Configuration], folder, LogFile);

    /// <summary>kill -9 of both, as a machine that is lost: Patroni first, which would start PostgreSQL again.</summary>
    public async Task KillAsync()
    {
        if (process is not null) await ProcessTree.KillAsync(process.Id);
        process?.Dispose();
        process = null;
        if (Server() is { } server) await ProcessTree.KillAsync(server);
    }

    /// <summary>The same, and nothing is waited for.</summary>
    public void Signal()
    {
        if (process is not null) ProcessTree.Signal(process.Id);
        if (Server() is { } server) ProcessTree.Signal(server);
    }

    private int? Server()
    {
        var file = Path.Combine(DataFolder, "postmaster.pid");
        return File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var server) && IsPostgres(server) ? server : null;
    }

    /// <summary>The number in a file that a killed server left may be another process's by now.</summary>
    private bool IsPostgres(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/cmdline").Contains(DataFolder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
