using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Tests.Opening;
using Godwit.Sqlite.Tests.Planning;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>Functions and collations that only an application's connections have: found when a live move is planned, not when it is taken back.</summary>
[Trait("Hazard", "24")]
public sealed class ApplicationPartsTests
{
    [Theory]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT UNIQUE COLLATE NOCASE)", "NOCASE", "MINE", "no such collation sequence: MINE")]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT COLLATE NOCASE)", "NOCASE", "MINE", "no such collation sequence: MINE")]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX i ON t(v COLLATE RTRIM)", "RTRIM", "MINE", "no such collation sequence: MINE")]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER CHECK (abs(v) < 9))", "abs", "mine", "no such function: mine")]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER); CREATE INDEX i ON t(abs(v))", "abs", "mine", "no such function: mine")]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER); CREATE INDEX i ON t(v) WHERE abs(v) > 1", "abs", "mine", "no such function: mine")]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER, w INTEGER AS (abs(v)) STORED)", "abs", "mine", "no such function: mine")]
    public void A_table_that_needs_what_only_the_application_has_is_named(string schema, string known, string own, string why)
    {
        using var folder = new SourceFolder();
        using var connection = SqliteConnection.OpenForWriting(folder.Database);
        foreach (var statement in schema.Split("; ")) connection.Execute(statement);
        connection.Execute("CREATE TABLE plain(id INTEGER PRIMARY KEY, v TEXT UNIQUE CHECK (length(v) < 9))");
        var planned = Planned.Result(connection, new());
        Assert.True(planned.Plan is not null, string.Join('\n', planned.Findings.Select(f => f.Message)));
        var plan = planned.Plan;
        // What only its triggers need is the application's own affair: none runs for what is brought back.
        connection.Execute("CREATE TRIGGER loud AFTER INSERT ON plain BEGIN SELECT abs(NEW.id); END");
        using (var source = folder.Open()) Assert.Empty(SqliteLiveSource.Unwritable(source, plan));
        // As a file is whose application has registered more than SQLite has.
        connection.Execute("PRAGMA writable_schema = ON");
        connection.Execute("UPDATE sqlite_schema SET sql = replace(sql, ?1, ?2) WHERE tbl_name = 't' OR type = 'trigger'", known, own);
        using (var source = folder.Open())
        {
            var (table, stops) = Assert.Single(SqliteLiveSource.Unwritable(source, plan));
            Assert.Equal("t", table.SourceName);
            Assert.Contains(why, stops, StringComparison.Ordinal);
            Assert.Equal("ok", source.Control.QueryText("SELECT 'ok' FROM t UNION ALL SELECT 'ok' LIMIT 1"));
        }
    }
}
