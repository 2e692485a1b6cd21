using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Tests.Planning;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>A snapshot that is held for as long as a copy takes keeps the write-ahead log from being written back, so that it grows by all that is written meanwhile.</summary>
[Trait("Hazard", "12")]
public sealed class ShortReadTests
{
    private const int Rows = 60_000;

    [Fact]
    public async Task A_copy_lets_the_log_be_written_back_while_it_reads_and_meets_what_was_written_meanwhile()
    {
        var token = TestContext.Current.CancellationToken;
        using var database = new ScratchDatabase(
            "PRAGMA journal_mode = WAL", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)", "CREATE TABLE other(v BLOB)",
            $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO t SELECT i, 'row ' || i FROM n");
        var application = database.Connection;
        var file = application.QueryText("SELECT file FROM pragma_database_list WHERE name = 'main'")!;
        using var source = SqliteLiveSource.Open(file, Planned.Result(application, new()).Plan!, Guid.NewGuid());
        await source.RecordAsync(token);
        var table = source.Tables.Single(t => t.Plan.SourceName == "t").Plan;
        var writer = new Writer(application);
        using var reader = source.OpenRows(since: null, (_, _) => { }).OpenReader(table, ReadPurpose.Copy);
        using var buffer = new RowImageBuffer(key: default, new TupleSplitter(_ => { }), hashing: true);
        foreach (var range in table.Ranges) reader.Read(range, buffer, writer, token);
        buffer.Complete();
        // The last row was written when the first had been read.
        Assert.Equal(Rows + 1, writer.Seen);
        Assert.InRange(writer.WrittenBack, 0.7, 1);
    }

    /// <summary>Writes beside the reader: a page for every few rows.</summary>
    private sealed class Writer(SqliteConnection application) : IRowVisitor
    {
        public long Seen { get; private set; }

        /// <summary>How much of the log had been written back, or could be, when the last row was read.</summary>
        public double WrittenBack { get; private set; }

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            if (Seen == Rows) Look();
            if (Seen++ == 0) application.Execute($"INSERT INTO t VALUES ({Rows + 1}, 'late')");
            if (Seen % 20 == 0) application.Execute("INSERT INTO other VALUES (zeroblob(4000))");
        }

        private void Look()
        {
            using var checkpoint = application.Prepare("PRAGMA wal_checkpoint(PASSIVE)");
            Assert.True(checkpoint.Step());
            WrittenBack = (double)checkpoint.GetInteger(2) / checkpoint.GetInteger(1);
        }
    }
}
