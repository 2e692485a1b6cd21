using System.Text.Json;
using Godwit.Bench.Timing;

namespace Godwit.Bench.Moves;

/// <summary>The benchmark's own PostgreSQL server, made and reached through <c>godwit dev</c>.</summary>
internal sealed class Server
{
    private readonly string _godwit;
    private readonly string _folder;
    private readonly string _url;
    private readonly Dictionary<string, string> _environment = [];

    /// <param name="godwit">The program.</param>
    /// <param name="folder">Where the server is made.</param>
    public Server(string godwit, string folder)
    {
        (_godwit, _folder) = (godwit, folder);
        Dev("up");
        var answer = Dev("url").RootElement;
        _url = answer.GetProperty("url").GetString()!;
        var passFile = answer.GetProperty("passFile").GetString()!;
        _environment = new Dictionary<string, string> { ["PGPASSFILE"] = passFile, ["PGPASSWORD"] = File.ReadAllText(passFile).Trim().Split(':')[^1] };
    }

    /// <summary>Where programs find the password.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Something else that the programs are to find.</summary>
    public void Let(string name, string value) => _environment[name] = value;

    public string Version => Dev("status").RootElement.GetProperty("version").GetString() ?? "?";

    /// <summary>An empty database of this name, and its URL.</summary>
    public string Fresh(string database)
    {
        Drop(database);
        return Dev("url", database).RootElement.GetProperty("url").GetString()!;
    }

    /// <summary>DROP DATABASE without FORCE: it sends an autovacuum worker away by itself, where FORCE asks for a right over that worker's role.</summary>
    public void Drop(string database) =>
        TimedProcess.Must(_environment, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", _url, "-c", "SET client_min_messages = error", "-c", $"DROP DATABASE IF EXISTS {database}");

    /// <summary>Writes out what earlier steps left in memory, so that no step pays for the one before. Needs no right that the role has not.</summary>
    public void Settle(string url) => TimedProcess.Run(_environment, "psql", "-X", "-q", url, "-c", "CHECKPOINT");

    private JsonDocument Dev(params string[] arguments) =>
        JsonDocument.Parse(TimedProcess.Must(_environment, _godwit, ["dev", .. arguments, "--folder", _folder, "--json"]).Output);
}
