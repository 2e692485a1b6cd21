using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Tests.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

public sealed class GroupTests
{
    private static IReadOnlyList<TypeChoice> Choose(string parent, string parentValues, string child, string childValues, MapFile? map = null)
    {
        using var source = new ProfiledSource($"CREATE TABLE p (id {parent})", $"CREATE TABLE c (pid {child})", $"INSERT INTO p VALUES {parentValues}", $"INSERT INTO c VALUES {childValues}");
        return new TypeChooser(Convention.None).ChooseGroup([ProfiledSource.Columns(source.Connection, "p", map)[0], ProfiledSource.Columns(source.Connection, "c", map)[0]]);
    }

    [Theory]
    [InlineData("INTEGER", "(1), (2)", "NUMERIC", "(2)", "bigint")]
    [InlineData("NUMERIC", "(1), (2)", "INTEGER", "(2)", "numeric")]
    [InlineData("UUID", "('01234567-89ab-cdef-0123-456789abcdef')", "TEXT", "(NULL)", "uuid")]
    [InlineData("UUID", "('01234567-89ab-cdef-0123-456789abcdef')", "TEXT", "('x')", "text")]
    [InlineData("VARCHAR(10)", "('a')", "TEXT", "('a')", "text")]
    [InlineData("DECIMAL(4,2)", "(1.25)", "DECIMAL(6,2)", "(1.25)", "numeric")]
    [InlineData("DECIMAL(4,2)", "(1.25)", "DECIMAL(4,2)", "(1.25)", "numeric(4,2)")]
    [InlineData("INTEGER", "(1)", "INTEGER", "(1.5)", "numeric")]
    public void Columns_that_a_foreign_key_joins_get_one_type_that_fits_all(string parent, string parentValues, string child, string childValues, string sql)
    {
        var choices = Choose(parent, parentValues, child, childValues);
        Assert.All(choices, c => Assert.Equal(sql, c.Type.Sql));
        Assert.All(choices, c => Assert.DoesNotContain(c.Findings, f => f.Severity == Severity.Error));
        Assert.Contains("foreign keys join", choices[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_named_in_the_table_where_it_is()
    {
        var choices = Choose("INTEGER", "(1), (2), (3)", "TEXT", "('1'), ('2')");
        Assert.Empty(choices[0].Findings);
        var finding = Assert.Single(choices[1].Findings);
        Assert.Equal("2 values are TEXT in a column declared TEXT, joined to others by foreign keys, where INTEGER is expected: rows 1, 2", finding.Message);
        Assert.Equal(new Place.InTable("c", "1", "pid"), finding.Place);
    }

    [Fact]
    public void A_mapping_file_that_gives_joined_columns_two_types_is_a_finding()
    {
        var place = new Place.InFile("map.yaml", 1, 1);
        var map = new MapFile(
        [
            new TableMap("p", [new ColumnMap("id", place) { Type = TargetType.Bigint }], place),
            new TableMap("c", [new ColumnMap("pid", place) { Type = TargetType.Numeric }], place),
        ]);
        var choices = Choose("INTEGER", "(1)", "INTEGER", "(1)", map);
        Assert.All(choices, c => Assert.Equal(FindingCodes.MapFile, Assert.Single(c.Findings).Code));
    }
}
