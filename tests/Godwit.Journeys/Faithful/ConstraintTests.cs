using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Faithful;

public sealed class ConstraintTests(PostgresServers servers)
{
    [Fact]
    public async Task CHECKs_go_over_and_hold()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0), s TEXT, CONSTRAINT known CHECK (s IN ('x', 'y') OR length(s) = 3))", "INSERT INTO t VALUES (1, 5, 'x'), (2, NULL, 'abc')");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("23514", (await Assert.ThrowsAsync<PostgresException>(() => journey.PsqlAsync("INSERT INTO t VALUES (3, 0, 'x')"))).SqlState);
        Assert.Equal("known", (await Assert.ThrowsAsync<PostgresException>(() => journey.PsqlAsync("INSERT INTO t VALUES (3, 1, 'z')"))).ConstraintName);
        await journey.PsqlAsync("INSERT INTO t VALUES (3, NULL, NULL)");
    }

    [Fact]
    public async Task A_CHECK_that_rows_break_already_is_refused_with_the_rows()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0))", "INSERT INTO t VALUES (1, 5)", "PRAGMA ignore_check_constraints = ON");
        using (var connection = Sqlite.Native.SqliteConnection.OpenForWriting(journey.Folder.Source))
        {
            connection.Execute("PRAGMA ignore_check_constraints = ON");
            connection.Execute("INSERT INTO t VALUES (2, -5), (3, 0)");
        }
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors, f => f.Code == "GW1113");
        Assert.Equal(("t", "2, 3", "a", "a > 0"), (finding.Table, finding.Row, finding.Column, finding.SourceText));
        (await journey.MoveAsync("--accept", "GW1113:t")).MustBeVerified();
        Assert.DoesNotContain("CHECK", await journey.ConstraintsAsync());
    }

    [Fact]
    public async Task NOT_NULL_goes_over()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (a TEXT NOT NULL, b TEXT)", "INSERT INTO t VALUES ('x', NULL)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("t.a text collate \"C\" not null\nt.b text collate \"C\"", await journey.ColumnsAsync());
    }

    [Fact]
    public async Task Foreign_keys_of_every_kind_go_over()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE parent (a INTEGER, b TEXT, code TEXT UNIQUE, PRIMARY KEY (a, b))", "INSERT INTO parent VALUES (1, 'x', 'c1'), (2, 'y', 'c2')",
            "CREATE TABLE plain (id INTEGER PRIMARY KEY)", "INSERT INTO plain VALUES (1)",
            """
            CREATE TABLE child (id INTEGER PRIMARY KEY, pa INTEGER, pb TEXT, code TEXT REFERENCES parent (code) ON UPDATE CASCADE ON DELETE SET NULL,
              implicit INTEGER REFERENCES plain ON DELETE CASCADE, late INTEGER DEFAULT 1 REFERENCES plain (id) ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
              strict INTEGER CONSTRAINT named REFERENCES plain ON DELETE RESTRICT,
              FOREIGN KEY (pa, pb) REFERENCES parent (a, b))
            """,
            "INSERT INTO child VALUES (1, 1, 'x', 'c2', 1, 1, NULL), (2, NULL, 'nobody', NULL, NULL, NULL, 1), (3, 9, NULL, NULL, NULL, NULL, NULL)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(
            """
            child child_code_fkey FOREIGN KEY (code) REFERENCES parent(code) ON UPDATE CASCADE ON DELETE SET NULL
            child child_implicit_fkey FOREIGN KEY (implicit) REFERENCES plain(id) ON DELETE CASCADE
            child child_late_fkey FOREIGN KEY (late) REFERENCES plain(id) ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED
            child child_pa_pb_fkey FOREIGN KEY (pa, pb) REFERENCES parent(a, b)
            child named FOREIGN KEY (strict) REFERENCES plain(id) ON DELETE RESTRICT
            child child_pkey PRIMARY KEY (id)
            """, await journey.ConstraintsAsync("child"));
    }

    [Fact]
    public async Task Self_references_and_cycles_go_over()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER REFERENCES node)", "INSERT INTO node VALUES (1, 3), (2, 2), (3, 1), (4, NULL)",
            "CREATE TABLE hen (id INTEGER PRIMARY KEY, egg INTEGER REFERENCES egg)", "CREATE TABLE egg (id INTEGER PRIMARY KEY, hen INTEGER NOT NULL REFERENCES hen)",
            "INSERT INTO hen VALUES (1, 10)", "INSERT INTO egg VALUES (10, 1)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(3, (await journey.ConstraintsAsync()).Split('\n').Count(l => l.Contains("FOREIGN KEY", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Orphans_are_refused_with_their_rows_and_accepted_leave_the_key_NOT_VALID_and_listed()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE parent (id INTEGER PRIMARY KEY)", "INSERT INTO parent VALUES (1)",
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent)", "INSERT INTO child VALUES (1, 1), (2, 99), (3, 98), (4, NULL)");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1110", "child", "2, 3", "parent"), (finding.Code, finding.Table, finding.Row, finding.Column));
        var outcome = (await journey.MoveAsync("--accept", "GW1110:child")).MustBeVerified();
        Assert.Equal("warning", outcome.Finding("GW1110").Severity);
        Assert.Contains("child child_parent_fkey FOREIGN KEY (parent) REFERENCES parent(id) NOT VALID", await journey.ConstraintsAsync());
        Assert.Equal("23503", (await Assert.ThrowsAsync<PostgresException>(() => journey.PsqlAsync("INSERT INTO child VALUES (5, 97)"))).SqlState);
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_foreign_key_to_nowhere_is_a_finding()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE child (id INTEGER PRIMARY KEY, x INTEGER REFERENCES missing)", "INSERT INTO child VALUES (1, NULL)");
        Assert.Equal(("child", "x"), (await journey.MoveAsync()).MustBe(1).Finding("GW1111") is var f ? (f.Table, f.Column) : default);
        (await journey.MoveAsync("--accept", "GW1111")).MustBeVerified();
    }

    [Fact]
    public async Task Columns_that_a_foreign_key_joins_become_one_type()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE parent (id UUID PRIMARY KEY)", "INSERT INTO parent VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e')",
            "CREATE TABLE child (parent TEXT REFERENCES parent)", "INSERT INTO child VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e'), (NULL)");
        Assert.Equal("uuid", (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("child").Types);
    }
}
