using Godwit.Bench.Timing;

namespace Godwit.Bench.Moves;

/// <summary>The rows of a moved database as files of COPY's binary format, and the statements that make tables of the same kind without keys and indexes.</summary>
internal sealed class BinaryFiles
{
    private readonly string _folder;
    private readonly IReadOnlyList<string> _tables;

    private BinaryFiles(string folder, IReadOnlyList<string> tables) => (_folder, _tables) = (folder, tables);

    private string Schema => Path.Combine(_folder, "schema.sql");

    public static BinaryFiles Export(Server server, string url, string folder, IReadOnlyList<string> tables)
    {
        Directory.CreateDirectory(folder);
        var files = new BinaryFiles(folder, tables);
        TimedProcess.Must(server.Environment, "pg_dump",
            ["--schema-only", "--section=pre-data", "--no-owner", "--no-privileges", "-f", files.Schema, .. tables.SelectMany(t => (string[])["-t", $"public.\"{t}\""]), url]);
        files.Psql(server, url, tables.Select(t => $"\\copy (select * from public.\"{t}\") to '{files.FileOf(t)}' with (format binary)"));
        return files;
    }

    /// <summary>The tables, empty.</summary>
    public void MakeTables(Server server, string url) => TimedProcess.Must(server.Environment, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", Schema, url);

    /// <summary>The peer: one psql that copies file after file.</summary>
    public Measurement Load(Server server, string url) =>
        Psql(server, url, _tables.Select(t => $"\\copy public.\"{t}\" from '{FileOf(t)}' with (format binary)"));

    /// <summary>One sequential scan of the target's side.</summary>
    public Measurement Scan(Server server, string url) =>
        Psql(server, url, _tables.Select(t => $"\\copy (select * from public.\"{t}\") to '/dev/null' with (format binary)"));

    public long Count(Server server, string url) =>
        Psql(server, url, _tables.Select(t => $"select count(*) from public.\"{t}\";")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(long.Parse);

    private string FileOf(string table) => Path.Combine(_folder, table + ".copy");

    private Measurement Psql(Server server, string url, IEnumerable<string> commands)
    {
        var script = Path.Combine(_folder, "script.sql");
        File.WriteAllLines(script, commands);
        return TimedProcess.Must(server.Environment, "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", script, url);
    }
}
