using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Invariants;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Tests.Rows;

public sealed class RangeLocatorTests
{
    [Fact]
    public void Every_key_lands_in_the_range_that_holds_it()
    {
        var bounds = Gen.Frequency((3, Gen.Choose(-20, 20).Select(i => (long)i)), (1, Gen.Elements(long.MinValue, long.MinValue + 1, -1, 0, long.MaxValue - 1)));
        var cases = bounds.ListOf().Select(list => list.Distinct().Order().ToArray());
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(cases.ToArbitrary(), AssertLocated));
    }

    private static void AssertLocated(long[] bounds)
    {
        var table = TablePlans.Keyed(bounds);
        var locator = RangeLocator.For(table);
        Assert.True(locator.ByKey);
        Assert.Equal(bounds.Length + 1, locator.Count);
        long[] edges = [long.MinValue, long.MinValue + 1, long.MaxValue - 1, long.MaxValue, .. bounds.SelectMany(b => new[] { unchecked(b - 1), b, unchecked(b + 1) })];
        foreach (var key in edges)
        {
            var range = table.Ranges[locator.LocateKey(key)];
            Assert.True((range.After is not { } after || key > after) && (range.UpTo is not { } upTo || key <= upTo), $"key {key} is not within {range}");
            Assert.Equal(locator.LocateKey(key), locator.Locate(hash: default, Image(key)));
        }
    }

    [Fact]
    public void Bounds_of_key_ranges_are_as_a_certificate_prints_them()
    {
        var locator = RangeLocator.For(TablePlans.Keyed([-5, 7]));
        Assert.Equal([(null, "-5"), ("-5", "7"), ("7", null)], Enumerable.Range(0, locator.Count).Select(locator.Bounds));
        Assert.Equal((null, null), RangeLocator.For(TablePlans.Keyed([])).Bounds(0));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(64L * 128 * 1024, 64)]
    [InlineData(100L * 128 * 1024, 128)]
    [InlineData(65L * 128 * 1024 + 64, 128)]
    [InlineData(long.MaxValue, 65_536)]
    public void A_table_without_an_integer_key_has_ranges_of_the_hash(long rows, int ranges)
    {
        var locator = RangeLocator.For(TablePlans.Table(TablePlans.Key()) with { Rows = rows });
        Assert.False(locator.ByKey);
        Assert.Equal(ranges, locator.Count);
        Assert.Equal(0, locator.Locate(UInt128.Zero, []));
        Assert.Equal(ranges - 1, locator.Locate(UInt128.MaxValue, []));
        var width = UInt128.MaxValue / (UInt128)ranges + 1;
        for (var range = 1; range < ranges; range += Math.Max(1, ranges / 50))
        {
            Assert.Equal(range - 1, locator.Locate(width * (UInt128)range - 1, []));
            Assert.Equal(range, locator.Locate(width * (UInt128)range, []));
        }
        Assert.Equal(($"hash 3/{ranges}", $"hash 4/{ranges}"), locator.Bounds(3));
    }

    [Fact]
    public void A_key_that_is_not_the_first_column_or_not_a_bigint_gives_ranges_of_the_hash()
    {
        var keyed = TablePlans.Keyed([5]);
        Assert.False(RangeLocator.For(keyed with { Columns = [TablePlans.Column("a", TargetType.Text), TablePlans.Key()], RowIdColumn = 1 }).ByKey);
        Assert.False(RangeLocator.For(keyed with { Columns = [TablePlans.Column("id", TargetType.Timestamp, MappingKind.UnixSeconds)] }).ByKey);
        Assert.False(RangeLocator.For(keyed with { RowIdColumn = null }).ByKey);
    }

    [Fact]
    public void A_key_of_another_length_stops_the_run()
    {
        var locator = RangeLocator.For(TablePlans.Keyed([5]));
        Assert.Throws<InvariantException>(() => locator.Locate(hash: default, [0, 0, 0, 4, 0, 0, 0, 1]));
    }

    private static byte[] Image(long key)
    {
        var image = new byte[12];
        image[3] = 8;
        BinaryPrimitives.WriteInt64BigEndian(image.AsSpan(4), key);
        return image;
    }
}
