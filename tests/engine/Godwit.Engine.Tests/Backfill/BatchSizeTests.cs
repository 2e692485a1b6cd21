using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Backfill;

namespace Godwit.Engine.Tests.Backfill;

public sealed class BatchSizeTests
{
    private static TimeSpan Milliseconds(double count) => TimeSpan.FromMilliseconds(count);

    [Fact]
    public void It_begins_with_the_smallest_batch() => Assert.Equal(1000, new BatchSize().Rows);

    [Theory]
    [InlineData(100, 1000)]
    [InlineData(64, 1250)]
    [InlineData(1, 1500)]
    [InlineData(0, 1500)]
    [InlineData(400, 1000)]
    public void It_follows_the_root_of_the_time_within_its_bounds(double took, int rows)
    {
        var size = new BatchSize();
        size.Took(Milliseconds(took));
        Assert.Equal(rows, size.Rows);
    }

    [Fact]
    public void A_slow_batch_at_most_halves_it()
    {
        var size = new BatchSize(1, 100_000);
        while (size.Rows < 10_000) size.Took(Milliseconds(1));
        var before = size.Rows;
        size.Took(TimeSpan.FromSeconds(60));
        Assert.Equal(before / 2, size.Rows);
    }

    [Fact]
    public void Timeouts_halve_it_down_to_one_row_and_it_climbs_back()
    {
        var size = new BatchSize();
        for (var i = 0; i < 20; i++) size.TimedOut();
        Assert.Equal(1, size.Rows);
        for (var i = 0; i < 30; i++) size.Took(Milliseconds(1));
        Assert.Equal(5000, size.Rows);
    }

    [Fact]
    public void It_stays_between_its_bounds_and_changes_by_no_more_than_half_whatever_batches_take() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Choose(0, 100_000).ListOf().ToArbitrary(), times =>
        {
            var size = new BatchSize();
            foreach (var time in times)
            {
                var before = size.Rows;
                size.Took(Milliseconds(time));
                if (size.Rows is < 1000 or > 5000 || size.Rows < before / 2 || size.Rows > (before * 3 / 2) + 1) return false;
            }
            return true;
        }));

    [Fact]
    public void A_size_that_is_set_does_not_adapt()
    {
        var size = new BatchSize(300, 300);
        foreach (var time in new[] { 1, 1000, 5 }) size.Took(Milliseconds(time));
        Assert.Equal(300, size.Rows);
    }
}
