using Godwit.Model.Moves;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class SourceCoverageTests
{
    private static readonly string[] Moved = ["CREATE TABLE a(id INTEGER PRIMARY KEY, v TEXT)", "CREATE TABLE b(k TEXT)"];

    [Theory]
    [InlineData("CREATE INDEX i ON a(v)")]
    [InlineData("ANALYZE")]
    [InlineData("CREATE VIEW w AS SELECT 1")]
    public void What_holds_no_rows_of_a_user_s_may_come_later(string later) => Assert.Empty(Compare([.. Moved, later]));

    [Theory]
    [InlineData("CREATE TABLE late(x)", "late")]
    [InlineData("ALTER TABLE a ADD COLUMN late", "a late")]
    [InlineData("ALTER TABLE a RENAME COLUMN v TO w", "a w, a v")]
    [InlineData("DROP TABLE b", "b")]
    public void Tables_and_columns_that_the_plan_does_not_know_or_misses_are_told(string later, string expected) => Assert.Equal(expected, string.Join(", ", Compare([.. Moved, later])));

    [Fact]
    public void A_table_made_anew_without_rowid_is_told() => Assert.Equal(["b"], Compare(Moved[0], "CREATE TABLE b(k TEXT PRIMARY KEY) WITHOUT ROWID"));

    [Fact]
    public void A_table_without_a_name_for_its_rowid_is_as_it_was()
    {
        string[] statements = ["CREATE TABLE odd(rowid TEXT, oid TEXT, _rowid_ TEXT)"];
        using var database = new ScratchDatabase(statements);
        Assert.Empty(SourceCoverage.Compare(SchemaReader.Read(database.Connection), Planned.Plan(statements), []));
    }

    [Fact]
    public void A_move_of_some_tables_is_not_asked_for_those_left_out_but_for_later_ones() =>
        Assert.Equal(["late"], Compare(["A"], ["b"], [.. Moved, "CREATE TABLE late(x)"]));

    [Fact]
    public void A_table_struck_from_the_plan_is_told_though_the_schema_is_the_same()
    {
        Assert.Equal(["a"], Compare([], ["b"], Moved));
        Assert.Empty(Compare(["a"], ["b"], Moved));
    }

    private static IReadOnlyList<string> Compare(params string[] statements) => Compare([], ["a", "b"], statements);

    private static IReadOnlyList<string> Compare(IReadOnlyCollection<string> leftOut, string[] planned, string[] statements)
    {
        MovePlan plan = Planned.Plan(Moved);
        plan = plan with { Tables = [.. plan.Tables.Where(t => planned.Contains(t.SourceName, StringComparer.Ordinal))] };
        using var database = new ScratchDatabase(statements);
        return [.. SourceCoverage.Compare(SchemaReader.Read(database.Connection), plan, leftOut).Select(f => (Model.Findings.Place.InTable)f.Place!)
            .Select(p => p.Column is null ? p.Table : $"{p.Table} {p.Column}")];
    }
}
