using Godwit.Model.Findings;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>Indexes that lost entries, made as a crash with a lying disk leaves them: rows were written while the index was not there to see.</summary>
public sealed class DuplicateKeysTests
{
    private static PlanResult Damage(string create, string plain, string index, params string[] unseen)
    {
        var folder = Directory.CreateTempSubdirectory("godwit-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "source.sqlite");
            string? table, sql;
            long root;
            using (var connection = SqliteConnection.OpenForWriting(path))
            {
                foreach (var statement in create.Split(';')) connection.Execute(statement);
                table = connection.QueryText("SELECT sql FROM sqlite_schema WHERE name = 't'");
                sql = connection.QueryText("SELECT sql FROM sqlite_schema WHERE name = ?1", index);
                root = connection.QueryInteger("SELECT rootpage FROM sqlite_schema WHERE name = ?1", index)!.Value;
                connection.Execute("PRAGMA writable_schema = ON");
                connection.Execute("DELETE FROM sqlite_schema WHERE name = ?1", index);
                connection.Execute("UPDATE sqlite_schema SET sql = ?1 WHERE name = 't'", plain);
            }
            using (var connection = SqliteConnection.OpenForWriting(path))
            {
                foreach (var statement in unseen) connection.Execute(statement);
                connection.Execute("PRAGMA writable_schema = ON");
                connection.Execute("UPDATE sqlite_schema SET sql = ?1 WHERE name = 't'", table);
                connection.Execute("INSERT INTO sqlite_schema VALUES ('index', ?1, 't', ?2, ?3)", index, root, sql);
            }
            using (var connection = SqliteConnection.OpenForWriting(path))
            {
                Assert.Equal("ok", connection.QueryText("PRAGMA quick_check"));
                return Planned.Result(connection, new PlanOptions());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("CREATE TABLE t (a TEXT PRIMARY KEY, b INT)", "CREATE TABLE t (a TEXT, b INT)", "sqlite_autoindex_t_1", "a")]
    [InlineData("CREATE TABLE t (a TEXT, b INT, UNIQUE (a))", "CREATE TABLE t (a TEXT, b INT)", "sqlite_autoindex_t_1", "a")]
    [InlineData("CREATE TABLE t (a TEXT COLLATE NOCASE, b INT, UNIQUE (a))", "CREATE TABLE t (a TEXT COLLATE NOCASE, b INT)", "sqlite_autoindex_t_1", "a")]
    [InlineData("CREATE TABLE t (a TEXT, b INT); CREATE UNIQUE INDEX u ON t (a DESC)", "CREATE TABLE t (a TEXT, b INT)", "u", "a")]
    [InlineData("CREATE TABLE t (a TEXT, b INT); CREATE UNIQUE INDEX u ON t (a) WHERE b > 0", "CREATE TABLE t (a TEXT, b INT)", "u", "a")]
    [InlineData("CREATE TABLE t (a TEXT, b INT); CREATE UNIQUE INDEX u ON t (lower(a))", "CREATE TABLE t (a TEXT, b INT)", "u", "an expression")]
    public void A_key_that_a_damaged_index_let_in_twice_is_a_finding_that_names_the_rows(string create, string plain, string index, string columns)
    {
        var result = Damage(create, plain, index, "INSERT INTO t VALUES ('x', 1), ('y', 2), ('x', 3), (NULL, 4), (NULL, 5), ('z', 6)");
        var finding = Assert.Single(result.Findings, f => f.Code == FindingCodes.Corrupt);
        Assert.Equal((Severity.Error, new Place.InTable("t", "1, 3", columns)), (finding.Severity, finding.Place));
        Assert.StartsWith("2 rows of t hold a key that another row holds too", finding.Message, StringComparison.Ordinal);
        Assert.Null(result.Plan);
    }

    [Fact]
    public void A_key_over_several_columns_is_doubled_only_as_a_whole()
    {
        var finding = Assert.Single(
            Damage("CREATE TABLE t (a TEXT, b INT, UNIQUE (a, b)); INSERT INTO t VALUES ('x', 1), ('x', NULL)", "CREATE TABLE t (a TEXT, b INT)", "sqlite_autoindex_t_1",
                "INSERT INTO t VALUES ('x', 2), ('x', NULL), ('x', 1), ('y', 1)").Findings,
            f => f.Code == FindingCodes.Corrupt);
        Assert.Equal(new Place.InTable("t", "1, 5", "a, b"), finding.Place);
    }

    [Fact]
    public void A_damaged_index_without_a_doubled_key_is_a_warning()
    {
        var result = Damage("CREATE TABLE t (a TEXT UNIQUE)", "CREATE TABLE t (a TEXT)", "sqlite_autoindex_t_1", "INSERT INTO t VALUES ('x'), ('y')");
        var finding = Assert.Single(result.Findings, f => f.Code == FindingCodes.Corrupt);
        Assert.Equal((Severity.Warning, new Place.InTable("t")), (finding.Severity, finding.Place));
        Assert.NotNull(result.Plan);
    }

    [Fact]
    public void An_index_that_was_made_unique_behind_SQLites_back_is_no_excuse()
    {
        using var database = new ScratchDatabase(
            "CREATE TABLE t (a TEXT)", "CREATE INDEX i ON t (a)", "INSERT INTO t VALUES ('x'), ('x'), ('y')", "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX i ON t (a)' WHERE name = 'i'", "PRAGMA writable_schema = RESET");
        var finding = Assert.Single(Planned.Result(database.Connection, new PlanOptions()).Findings, f => f.Code == FindingCodes.Corrupt);
        Assert.Equal(new Place.InTable("t", "1, 2", "a"), finding.Place);
    }

    [Fact]
    public void Sound_keys_of_every_kind_raise_no_suspicion()
    {
        var result = Planned.Result(
            new PlanOptions(),
            "CREATE TABLE t (k TEXT, n REAL UNIQUE, b BLOB, c TEXT COLLATE RTRIM, PRIMARY KEY (k DESC, c)) WITHOUT ROWID", "CREATE UNIQUE INDEX u ON t (abs(n)) WHERE n > 1",
            "CREATE TABLE e (a UNIQUE, b UNIQUE)", "INSERT INTO t VALUES ('a', 1, x'00', 'c'), ('a', 2, NULL, 'd'), ('b', NULL, NULL, 'c'), ('c', NULL, NULL, 'c')",
            "CREATE TABLE m (v INT UNIQUE, w TEXT UNIQUE)", "INSERT INTO m VALUES (NULL, NULL), (NULL, NULL), (1, 'x')");
        Assert.DoesNotContain(result.Findings, f => f.Code == FindingCodes.Corrupt);
    }
}
