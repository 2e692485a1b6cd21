using Godwit.Engine.Steps;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Tests.Transforming;

/// <summary>The function as SQLite calls it.</summary>
public sealed class TransformCallTests
{
    private static readonly ColumnTransform s_lower = new("lower", "{}", ["v"]) { Result = TargetType.Text };

    [Theory]
    [InlineData("'ÀB'", "'àb'")]
    [InlineData("12", "'12'")]
    [InlineData("2.5", "'2.5'")]
    [InlineData("3.0", "'3.0'")]
    [InlineData("NULL", "NULL")]
    [InlineData("''", "''")]
    [InlineData("x'41'", "X'7468652076616C75652069732062797465732C20616E6420746865207472616E73666F726D2074616B65732074657874'")]
    [InlineData("CAST(x'ff' AS TEXT)", "X'7468652074657874206973206E6F742076616C696420696E207468652064617461626173652773 20656E636F64696E67'")]
    public void Values_come_and_go_in_every_storage_class(string value, string expected)
    {
        using var database = Open($"CREATE TABLE t (v)", $"INSERT INTO t VALUES ({value})");
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), database.Connection.QueryText($"SELECT quote({TransformSql.Of(s_lower)}) FROM t"));
    }

    [Fact]
    public void Text_of_a_UTF16_database_is_read_as_it_lies()
    {
        using var database = Open("PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (v)", "INSERT INTO t VALUES ('É😀'), (CAST(x'00d8' AS TEXT))");
        Assert.Equal("é😀", database.Connection.QueryText($"SELECT {TransformSql.Of(s_lower)} FROM t WHERE rowid = 1"));
        Assert.Equal("blob", database.Connection.QueryText($"SELECT typeof({TransformSql.Of(s_lower)}) FROM t WHERE rowid = 2"));
    }

    [Fact]
    public void A_transform_that_was_not_registered_is_a_fault_and_not_a_value()
    {
        using var database = Open("CREATE TABLE t (v)", "INSERT INTO t VALUES ('x')");
        Assert.Throws<SqliteException>(() => database.Connection.QueryText($"SELECT {TransformSql.Of(s_lower with { Kind = "hash" })} FROM t"));
    }

    [Fact]
    public void The_schema_cannot_call_it()
    {
        using var database = Open("CREATE TABLE t (v)", "INSERT INTO t VALUES ('x')");
        database.Connection.Execute($"CREATE VIEW w AS SELECT {TransformSql.Of(s_lower)} FROM t");
        Assert.Throws<SqliteException>(() => database.Connection.QueryText("SELECT * FROM w"));
    }

    private static ScratchDatabase Open(params string[] statements)
    {
        var database = new ScratchDatabase(statements);
        TransformCall.Register(database.Connection, TransformFunctions.Open([s_lower], new NoVariables()), TextEncodings.Of(database.Connection));
        return database;
    }

    private sealed class NoVariables : IRunEnvironment
    {
        public string? Find(string name) => null;
    }
}
