using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Tests.Schemas;

public sealed class SchemaReaderTests
{
    private static SourceSchema Read(params string[] statements)
    {
        using var database = new ScratchDatabase(statements);
        return SchemaReader.Read(database.Connection);
    }

    [Fact]
    public void A_column_carries_its_type_default_collation_and_generation()
    {
        var table = Assert.Single(Read("""
            CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, "b c" VARCHAR(20) NOT NULL DEFAULT 'x' COLLATE nocase, d,
                e AS (a + 1), f TEXT GENERATED ALWAYS AS (d) STORED)
            """).Tables);
        Assert.True(table.AutoIncrement);
        Assert.Equal(0, table.RowIdAlias);
        Assert.Equal("rowid", table.RowIdName);
        Assert.Equal(new SourceColumn("b c", "VARCHAR(20)", NotNull: true, "'x'", 0, ColumnGeneration.None, "NOCASE"), table.Columns[1]);
        Assert.Equal("", table.Columns[2].DeclaredType);
        Assert.Equal(ColumnGeneration.Virtual, table.Columns[3].Generation);
        Assert.Equal(ColumnGeneration.Stored, table.Columns[4].Generation);
    }

    [Theory]
    [InlineData("CREATE TABLE t(a INTEGER PRIMARY KEY)", true)]
    [InlineData("CREATE TABLE t(a integer, PRIMARY KEY(a))", true)]
    [InlineData("CREATE TABLE t(a INTEGER PRIMARY KEY DESC)", false)]
    [InlineData("CREATE TABLE t(a INT PRIMARY KEY)", false)]
    [InlineData("CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID", false)]
    public void Only_a_true_alias_of_the_rowid_is_one(string sql, bool alias)
    {
        var table = Assert.Single(Read(sql).Tables);
        Assert.Equal(alias ? 0 : null, table.RowIdAlias);
        Assert.Equal([0], table.PrimaryKey);
    }

    [Fact]
    public void Columns_that_hide_the_rowid_leave_another_name_or_none()
    {
        var tables = Read("CREATE TABLE a(rowid TEXT)", "CREATE TABLE b(RowId, oid, _ROWID_)", "CREATE TABLE c(rowid, oid, _rowid_, k INTEGER PRIMARY KEY)").Tables;
        Assert.Equal(["_rowid_", null, "k"], tables.Select(t => t.RowIdName));
    }

    [Fact]
    public void Strict_and_without_rowid_are_seen()
    {
        var table = Assert.Single(Read("CREATE TABLE t(b TEXT, a INT, PRIMARY KEY(a, b)) STRICT, WITHOUT ROWID").Tables);
        Assert.True(table is { Strict: true, WithoutRowId: true, RowIdName: null });
        Assert.Equal([1, 0], table.PrimaryKey);
    }

    [Fact]
    public void Indexes_keep_order_expression_collation_direction_and_origin()
    {
        var table = Assert.Single(Read("CREATE TABLE t(a TEXT UNIQUE, b TEXT COLLATE RTRIM, k INTEGER PRIMARY KEY)",
            "CREATE INDEX i ON t(b COLLATE NOCASE DESC, lower(a), k) WHERE a > 'x'").Tables);
        Assert.Equal([IndexOrigin.Unique, IndexOrigin.Statement], table.Indexes.Select(i => i.Origin));
        var index = table.Indexes[1];
        Assert.True(index is { Partial: true, Unique: false });
        Assert.Equal([new(1, true, "NOCASE"), new(null, false, "BINARY"), new(2, false, "BINARY")], index.Parts);
    }

    [Fact]
    public void A_key_that_is_not_the_rowid_has_an_index_with_its_columns_collation()
    {
        var index = Assert.Single(Assert.Single(Read("CREATE TABLE t(b TEXT COLLATE RTRIM PRIMARY KEY)").Tables).Indexes);
        Assert.Equal((IndexOrigin.PrimaryKey, "RTRIM"), (index.Origin, index.Parts[0].Collation));
    }

    [Fact]
    public void Foreign_keys_come_in_the_order_of_the_statement()
    {
        var table = Read("CREATE TABLE p(a, b, PRIMARY KEY(a, b))", """
            CREATE TABLE c(x REFERENCES p ON DELETE SET NULL, y, z,
                FOREIGN KEY(z, y) REFERENCES P(A, b) ON UPDATE CASCADE, FOREIGN KEY(y) REFERENCES gone(q))
            """).Tables[1];
        Assert.Equal(["p", "P", "gone"], table.ForeignKeys.Select(k => k.Parent));
        Assert.Null(table.ForeignKeys[0].ParentColumns);
        Assert.Equal("SET NULL", table.ForeignKeys[0].OnDelete);
        Assert.Equal([2, 1], table.ForeignKeys[1].Columns);
        Assert.Equal(["A", "b"], table.ForeignKeys[1].ParentColumns);
        Assert.Equal("CASCADE", table.ForeignKeys[1].OnUpdate);
    }

    [Fact]
    public void The_sequence_is_the_largest_integer_entry()
    {
        var tables = Read("CREATE TABLE a(i INTEGER PRIMARY KEY AUTOINCREMENT)", "CREATE TABLE b(i INTEGER PRIMARY KEY AUTOINCREMENT)",
            "INSERT INTO sqlite_sequence VALUES ('a', 7), ('a', 900), ('b', 'seven')").Tables;
        Assert.Equal([900, null], tables.Select(t => t.Sequence));
    }

    [Fact]
    public void Virtual_tables_and_their_shadows_are_no_user_tables()
    {
        var schema = Read("CREATE TABLE notes_data(x)", "CREATE VIRTUAL TABLE note USING fts5(body)", "CREATE VIRTUAL TABLE \"old one\" USING fts4(body)",
            "CREATE VIRTUAL TABLE [box] /* of */ USING rtree(id, x0, x1)", "CREATE TABLE box_size(x)");
        Assert.Equal(["notes_data", "box_size"], schema.Tables.Select(t => t.Name));
        Assert.Equal([("note", "fts5"), ("old one", "fts4"), ("box", "rtree")], schema.VirtualTables.Select(v => (v.Name, v.Module)));
        Assert.Contains(schema.InternalTables, t => t is { Name: "box_node", Kind: InternalTableKind.Shadow, Owner: "box" });
        Assert.Contains(schema.InternalTables, t => t is { Name: "old one_segdir", Owner: "old one" });
    }

    [Fact]
    public void Statistics_are_SQLites_own()
    {
        var schema = Read("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)", "INSERT INTO t VALUES (1)", "ANALYZE");
        Assert.Equal(["t"], schema.Tables.Select(t => t.Name));
        Assert.Contains(schema.InternalTables, t => t is { Name: "sqlite_stat1", Kind: InternalTableKind.Sqlite });
    }

    [Fact]
    public void Spatialites_metadata_is_not_the_users()
    {
        var schema = Read("CREATE TABLE spatial_ref_sys(srid INTEGER PRIMARY KEY)", "CREATE TABLE geometry_columns(f_table_name TEXT)", "CREATE TABLE place(id INTEGER PRIMARY KEY, geom POINT)",
            "CREATE VIRTUAL TABLE idx_place_geom USING rtree(pkid, xmin, xmax, ymin, ymax)", "CREATE TRIGGER ggi_place_geom BEFORE INSERT ON place BEGIN SELECT 1; END");
        Assert.True(schema.IsSpatialite);
        Assert.Equal(["place"], schema.Tables.Select(t => t.Name));
        Assert.True(SpatialiteNames.IsSpatialIndex(schema.VirtualTables[0]));
        Assert.True(SpatialiteNames.IsOwnTrigger(schema.Triggers[0]));
    }

    [Fact]
    public void A_view_over_a_table_that_is_gone_is_told_with_its_fault()
    {
        var schema = Read("CREATE TABLE t(a)", "CREATE VIEW good AS SELECT a, a + 1 AS b FROM t", "CREATE VIEW bad AS SELECT * FROM t2");
        Assert.Equal(["a", "b"], schema.Views[0].Columns!);
        Assert.Null(schema.Views[1].Columns);
        Assert.Contains("t2", schema.Views[1].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_follows_the_schema_and_not_the_rows()
    {
        using var database = new ScratchDatabase("CREATE TABLE t(a)");
        var before = SchemaReader.Read(database.Connection).Hash;
        database.Connection.Execute("INSERT INTO t VALUES (1)");
        Assert.Equal(before, SchemaReader.Read(database.Connection).Hash);
        database.Connection.Execute("ALTER TABLE t ADD COLUMN b");
        Assert.NotEqual(before, SchemaReader.Read(database.Connection).Hash);
    }

    [Fact]
    public void The_temp_schema_is_not_read()
    {
        var schema = Read("CREATE TABLE t(a)", "CREATE TEMP TABLE t(b, c)", "CREATE TEMP VIEW v AS SELECT 1");
        Assert.Single(Assert.Single(schema.Tables).Columns);
        Assert.Empty(schema.Views);
    }

    [Theory]
    [InlineData("chinook.sqlite", 11, 0)]
    [InlineData("northwind.sqlite", 13, 16)]
    public void The_sample_databases_are_read_whole(string name, int tables, int views)
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find(name), immutable: true);
        var schema = SchemaReader.Read(connection);
        Assert.Equal((tables, views), (schema.Tables.Count, schema.Views.Count));
        Assert.All(schema.Views, v => Assert.NotNull(v.Columns));
    }
}
