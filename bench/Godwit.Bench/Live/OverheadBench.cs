using System.Diagnostics;
using Godwit.Bench.Moves;
using Godwit.Bench.Timing;
using Godwit.Postgres.Live;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;
using Npgsql;

namespace Godwit.Bench.Live;

/// <param name="What">Of which statements.</param>
/// <param name="Without">Microseconds a row, without recording.</param>
/// <param name="With">With it.</param>
/// <param name="IsBar">Whether docs/benchmarks.md has a bar for it.</param>
internal sealed record OverheadRow(string What, double Without, double With, bool IsBar = true)
{
    public double Ratio => With / Without;
}

/// <summary>Figures to be read: no bar of time makes an exit code.</summary>
internal sealed record OverheadFigures(int Rounds, IReadOnlyList<OverheadRow> Sqlite, IReadOnlyList<OverheadRow> Postgres);

/// <summary>
/// What recording costs whoever writes: the same statements on the same tables, with and without, in turn. The role of the private server is no superuser and makes no checkpoints:
/// what they cost is spread over the rounds.
/// </summary>
internal sealed class OverheadBench(LiveBenchOptions options)
{
    private const int Rounds = 7, SqliteRows = 100_000, PostgresRows = 200_000, RowsATransaction = 1000;

    public OverheadFigures Run()
    {
        var folder = Path.Combine(options.Folder, "overhead");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var rowId = Sqlite(folder, "inserts, INTEGER PRIMARY KEY", "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL)");
        var text = Sqlite(folder, "inserts, a TEXT key and a UNIQUE column", "CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, a INTEGER UNIQUE, b TEXT, c REAL)") with { IsBar = false };
        Directory.Delete(folder, recursive: true);
        return new OverheadFigures(Rounds, [rowId, text], Postgres());
    }

    private static OverheadRow Sqlite(string folder, string what, string table)
    {
        var samples = new Samples();
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var recorded in (bool[])[false, true])
            {
                var path = Path.Combine(folder, "t.sqlite");
                foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(path + suffix);
                using var connection = SqliteConnection.OpenForWriting(path);
                connection.Execute("PRAGMA journal_mode = WAL");
                connection.Execute("PRAGMA synchronous = OFF");
                connection.Execute(table);
                if (recorded)
                {
                    var read = SchemaReader.Read(connection).Tables.Single();
                    SqliteCapture.Install(connection, [new CapturedTable(1, read, RowKey.Of(read))]);
                }
                var microseconds = Insert(connection, table.Contains("TEXT PRIMARY", StringComparison.Ordinal));
                // The first round compiles, and warms the disk's cache.
                if (round > 0) samples.Add(recorded ? "with" : "without", microseconds);
            }
        }
        return new OverheadRow(what, samples.Median("without"), samples.Median("with"));
    }

    private static double Insert(SqliteConnection connection, bool textKey)
    {
        using var insert = connection.Prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4)");
        var began = Stopwatch.GetTimestamp();
        for (var row = 0; row < SqliteRows; row++)
        {
            if (row % RowsATransaction == 0) connection.Execute("BEGIN IMMEDIATE");
            insert.Bind(textKey ? $"k{row:x8}" : (long)row, (long)row, "what a row of an application holds", row * 0.5);
            insert.Step();
            insert.Reset();
            if (row % RowsATransaction == RowsATransaction - 1) connection.Execute("COMMIT");
        }
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / SqliteRows;
    }

    private List<OverheadRow> Postgres()
    {
        var server = new Server(options.Godwit, options.Server ?? Path.Combine(options.Folder, "postgres"));
        var url = server.Fresh("bench_overhead");
        using var connection = new NpgsqlConnection(LiveBench.ConnectionOf(url, server.Environment["PGPASSWORD"]) + ";Pooling=false");
        connection.Open();
        Execute(connection, "CREATE SCHEMA godwit; CREATE SCHEMA work");
        (string What, string Sql)[] statements =
        [
            ("bulk insert", $"INSERT INTO work.t SELECT i, i % 1000, 'what a row of an application holds', i * 0.5 FROM generate_series(1, {PostgresRows}) i"),
            ("bulk update", "UPDATE work.t SET a = a + 1"),
            ("bulk delete", "DELETE FROM work.t"),
        ];
        var samples = new Samples();
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var recorded in (bool[])[false, true])
            {
                var table = new CapturedRelation(1, "work", "t", ["id"], IsPartitioned: false);
                Execute(connection, "DROP TABLE IF EXISTS work.t; CREATE TABLE work.t(id bigint PRIMARY KEY, a bigint, b text, c double precision)");
                if (recorded) foreach (var sql in PostgresCapture.Install(table, Guid.NewGuid())) Execute(connection, sql);
                foreach (var (what, sql) in statements)
                {
                    var began = Stopwatch.GetTimestamp();
                    Execute(connection, sql);
                    if (round > 0) samples.Add(what + recorded, Stopwatch.GetElapsedTime(began).TotalMicroseconds / PostgresRows);
                }
                if (recorded) foreach (var sql in PostgresCapture.Remove(table)) Execute(connection, sql);
            }
        }
        connection.Close();
        server.Drop("bench_overhead");
        return [.. statements.Select(s => new OverheadRow(s.What, samples.Median(s.What + false), samples.Median(s.What + true)))];
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        command.ExecuteNonQuery();
    }
}
