using Godwit.Engine.Rows;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>Rows without a rowid have a number, and it is the same wherever it is said: by the profile, by a question, by the plan's followers, in quarantine.</summary>
public sealed class RowOrderTests
{
    [Theory]
    [InlineData("k TEXT, v INTEGER, PRIMARY KEY (k DESC)", "k DESC", 2)]
    [InlineData("k TEXT PRIMARY KEY DESC, v INTEGER", "k DESC", 2)]
    [InlineData("k TEXT, v INTEGER, PRIMARY KEY (v DESC, k)", "v DESC, k", 1)]
    [InlineData("k TEXT, v INTEGER, PRIMARY KEY (k COLLATE NOCASE)", "k", 3)]
    [InlineData("k TEXT COLLATE NOCASE, v INTEGER, PRIMARY KEY (k COLLATE BINARY DESC)", "k DESC", 2)]
    [InlineData("k TEXT, v INTEGER, PRIMARY KEY (k)", "k", 5)]
    public void A_row_has_one_number(string columns, string key, long number)
    {
        using var database = new ScratchDatabase($"CREATE TABLE t ({columns}) WITHOUT ROWID", "INSERT INTO t VALUES ('a', 1), ('B', 2), ('c', 'word'), ('D', 4), ('e', 5), ('F', 6)");
        var misfit = Assert.Single(Planned.Result(database.Connection, new PlanOptions()).Findings, f => f.Severity == Severity.Error);
        Assert.Equal(new Place.InTable("t", $"number {number} in the order of key ({key})", "v"), misfit.Place);
        Assert.Equal([number], RowQuestion.Ask(database.Connection, SchemaReader.Read(database.Connection).Tables[0], "v = 'word'").Rows);
        Assert.Equal([number], Quarantined(database, "t"));
    }

    [Fact]
    public void A_row_that_follows_into_quarantine_is_the_one_that_points_there()
    {
        using var database = new ScratchDatabase(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, v INTEGER)", "INSERT INTO p VALUES (1, 'word'), (2, 2)",
            "CREATE TABLE c (k TEXT, p INTEGER REFERENCES p (id), PRIMARY KEY (k DESC)) WITHOUT ROWID", "INSERT INTO c VALUES ('a', 1), ('b', 2), ('c', 2), ('d', 2)",
            "CREATE TABLE d (k TEXT REFERENCES c (k))", "INSERT INTO d VALUES ('a'), ('d')");
        Assert.Equal([4L], Quarantined(database, "c"));
        Assert.Equal([1L], Quarantined(database, "d"));
    }

    [Theory]
    [InlineData("rowid INTEGER PRIMARY KEY, _rowid_ TEXT, oid INTEGER", "30")]
    [InlineData("rowid INTEGER, _rowid_ TEXT PRIMARY KEY, oid INTEGER", "number 1 in the order of key (_rowid_)")]
    [InlineData("rowid INTEGER, _rowid_ TEXT, oid INTEGER", "number 3 in the order of reading")]
    public void A_row_whose_rowid_is_hidden_has_one_number_too(string columns, string row)
    {
        using var database = new ScratchDatabase($"CREATE TABLE t ({columns})", "INSERT INTO t VALUES (10, 'c', 1), (20, 'b', 2), (30, 'a', 'word')");
        var misfit = Assert.Single(Planned.Result(database.Connection, new PlanOptions()).Findings, f => f.Severity == Severity.Error);
        Assert.Equal(new Place.InTable("t", row, "oid"), misfit.Place);
        Assert.Contains($"{Assert.Single(Quarantined(database, "t"))}", row, StringComparison.Ordinal);
    }

    private static List<long> Quarantined(ScratchDatabase database, string name)
    {
        var table = Planned.Result(database.Connection, new PlanOptions { Quarantine = true }).Plan!.Tables.Single(t => t.SourceName == name);
        // As a resumed run has it.
        var stored = PlanJson.Read(PlanJson.Write(new MovePlan { Schema = "", Tables = [table], Views = [], NotMoved = [], SourceSchemaHash = "" })).Tables[0];
        var seen = new NumberVisitor();
        using var reader = new SqliteRowReader(database.Connection, () => { }, stored, ReadPurpose.Quarantine, TextEncoding.Utf8);
        using var buffer = new RowImageBuffer(key: default, sink: null);
        _ = reader.Read(stored.Ranges[0], buffer, seen, TestContext.Current.CancellationToken);
        return seen.Numbers;
    }

    private sealed class NumberVisitor : IRowVisitor
    {
        public List<long> Numbers { get; } = [];

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row) => Numbers.Add(row.RowNumber);
    }
}
