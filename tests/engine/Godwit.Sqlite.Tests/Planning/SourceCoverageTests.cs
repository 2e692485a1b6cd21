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
    public void A_move_of_some_tables_is_not_asked_for_the_others() => Assert.Empty(Compare(["b"], [.. Moved, "CREATE TABLE late(x)"]));

    private static IReadOnlyList<string> Compare(params string[] statements) => Compare([], statements);

    private static IReadOnlyList<string> Compare(IReadOnlyCollection<string> selected, string[] statements)
    {
        MovePlan plan = Planned.Plan(Moved);
        using var database = new ScratchDatabase(statements);
        return [.. SourceCoverage.Compare(SchemaReader.Read(database.Connection), plan, selected).Select(f => (Model.Findings.Place.InTable)f.Place!)
            .Select(p => p.Column is null ? p.Table : $"{p.Table} {p.Column}")];
    }
}
