using Godwit.Bench.Data;
using Godwit.Bench.Scans;
using Godwit.Sqlite.Native;

namespace Godwit.Bench.Moves;

/// <summary>A source file of a kind and scale; made once, kept for the next run of the benchmark.</summary>
internal sealed record Dataset(string Name, string File, IReadOnlyList<string> Tables, long Rows, long Bytes, int LargestValue)
{
    private const long NarrowRows = 10_000_000, WideBytes = 1_000_000_000;

    public static Dataset Prepare(string name, MoveBenchOptions options)
    {
        var folder = Path.Combine(options.Folder, "data");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{name}-{options.Scale}.db");
        if (!System.IO.File.Exists(file))
        {
            Console.Error.WriteLine($"making {file}");
            if (name == "narrow") NarrowData.Write(file, (long)(NarrowRows * options.Scale));
            else WideData.Write(file, (long)(WideBytes * options.Scale));
        }

        using var connection = SqliteConnection.OpenForReading(file);
        var tables = SequentialScan.Tables(connection);
        var rows = tables.Sum(t => connection.QueryInteger($"SELECT count(*) FROM \"{t}\"") ?? 0);
        return new Dataset(name, file, tables, rows, new FileInfo(file).Length, name == "narrow" ? 8 : WideData.LargestValue);
    }
}
