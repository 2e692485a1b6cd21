using Godwit.Model.Moves;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Profiling;

public sealed class RowIdSplitTests
{
    private static IReadOnlyList<RowIdRange> Split(ProfiledSource source, int parts) => RowIdSplit.Of(source.Connection, ProfiledSource.Describe(source.Connection, "t"), parts);

    [Theory]
    [InlineData("(1), (2), (3), (4), (5), (6), (7), (8)", 4)]
    [InlineData("(-9223372036854775808), (0), (9223372036854775807)", 3)]
    [InlineData("(5), (1000000)", 7)]
    public void Ranges_are_adjacent_open_at_both_ends_and_read_every_row_once(string rows, int parts)
    {
        using var source = new ProfiledSource("CREATE TABLE t (id INTEGER PRIMARY KEY)", $"INSERT INTO t VALUES {rows}");
        var ranges = Split(source, parts);
        Assert.Equal(parts, ranges.Count);
        Assert.Null(ranges[0].After);
        Assert.Null(ranges[^1].UpTo);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.Equal(pair.First.UpTo, pair.Second.After));
        Assert.Equal(source.Profile("t").Rows, ranges.Sum(r => source.Profile("t", r).Rows));
    }

    [Theory]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY)")]
    [InlineData("CREATE TABLE t (id TEXT PRIMARY KEY) WITHOUT ROWID")]
    public void A_table_that_cannot_be_cut_is_one_range(string sql)
    {
        using var source = new ProfiledSource(sql);
        Assert.Equal([new RowIdRange(null, null)], Split(source, 4));
    }
}
