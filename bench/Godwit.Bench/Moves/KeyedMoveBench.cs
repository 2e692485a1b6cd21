using System.Globalization;
using Godwit.Bench.Data;
using Godwit.Bench.Timing;

namespace Godwit.Bench.Moves;

/// <summary>A move that encrypts and indexes a column on the way against the same move with that column plain, in turn, each into a fresh database.</summary>
internal sealed class KeyedMoveBench(MoveBenchOptions options, long rows)
{
    private const string Map = """
        tables:
          people:
            columns:
              email: { transform: { encrypt: { row: [id] } } }
              email_index: { transform: { blind_index: { from: email, purpose: people.email, normalise: email } } }
        """;

    private static readonly string[] s_measured = ["move wall", "move processor", "profile", "copy", "index", "verify"];

    private readonly Samples _samples = new();

    public static int Run(long rows, MoveBenchOptions options) => new KeyedMoveBench(options, rows).Run();

    private int Run()
    {
        var folder = Path.Combine(options.Folder, "keyed");
        Directory.CreateDirectory(folder);
        var server = new Server(options.Godwit, Path.Combine(options.Folder, "postgres"));
        var (file, map, master) = (Path.Combine(folder, $"people-{rows}.db"), Path.Combine(folder, "map.yaml"), Path.Combine(folder, "master.hex"));
        if (!File.Exists(file)) PeopleData.Write(file, rows);
        File.WriteAllText(map, Map);
        if (!File.Exists(master)) TimedProcess.Must(server.Environment, options.Godwit, "keys", "master", "create", "--out", master);
        server.Let("GODWIT_MASTER_KEY_FILE", master);
        for (var round = 1; round <= options.Runs; round++)
        {
            Console.Error.WriteLine($"round {round} of {options.Runs}");
            Move("plain", server, file);
            Move("keyed", server, file, "--map", map);
        }
        Print(server.Version);
        return 0;
    }

    private void Move(string name, Server server, string file, params string[] more)
    {
        var url = server.Fresh("bench_keyed");
        if (more.Length > 0)
        {
            foreach (var purpose in (string[])["data", "index"]) TimedProcess.Must(server.Environment, options.Godwit, "keys", "create", purpose, "--target", url);
        }
        server.Settle(url);
        var move = GodwitRun.Must(server, options, "move", file, url, more);
        _samples.Add($"{name} move wall", move.Measurement.Wall);
        _samples.Add($"{name} move processor", move.Measurement.Processor);
        foreach (var phase in s_measured.Skip(2)) _samples.Add($"{name} {phase}", move.Phase(phase));
        server.Drop("bench_keyed");
    }

    private void Print(string version)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {version}, {rows:N0} rows, {options.Jobs} jobs, medians of {options.Runs} rounds, seconds."));
        Console.WriteLine("| what | one column encrypted and indexed | plain | ratio | bar |\n|---|---:|---:|---:|---|");
        foreach (var what in s_measured)
        {
            var (keyed, plain) = (_samples.Median($"keyed {what}"), _samples.Median($"plain {what}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {keyed:0.00} | {plain:0.00} | {keyed / plain:0.00} | {(what == "move wall" ? "at most 1.5" : "-")} |"));
        }
    }
}
