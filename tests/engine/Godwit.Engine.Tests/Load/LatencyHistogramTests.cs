using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Load;

namespace Godwit.Engine.Tests.Load;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void A_quantile_is_off_by_less_than_one_percent() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<NonNegativeInt>().Select(i => (long)i.Get * 7919 % 7_200_000_000).ListOf().Where(l => l.Count > 0).ToArbitrary(),
        values =>
        {
            var histogram = new LatencyHistogram();
            foreach (var value in values) histogram.Add(TimeSpan.FromMicroseconds(value));
            List<long> sorted = [.. values.Order()];
            foreach (var quantile in new[] { 0.0, 0.5, 0.95, 0.99, 1.0 })
            {
                var exact = sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Count) - 1, 0, sorted.Count - 1)];
                Assert.InRange(histogram.Quantile(quantile).TotalMicroseconds, (exact * 0.995) - 1, (exact * 1.005) + 1);
            }
            Assert.Equal(sorted[^1], (long)histogram.Largest.TotalMicroseconds);
            Assert.Equal(sorted.Count, histogram.Count);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_longer_than_it_holds_counts_as_the_longest()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.FromDays(1));
        histogram.Add(TimeSpan.FromSeconds(-1));
        Assert.Equal((LatencyHistogram.Longest, TimeSpan.Zero), (histogram.Quantile(1), histogram.Quantile(0)));
        Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Quantile(0.5));
    }

    [Fact]
    public void Nothing_is_lost_when_many_count_at_once()
    {
        var histogram = new LatencyHistogram();
        Parallel.For(0, 100_000, i => histogram.Add(TimeSpan.FromMicroseconds(i)));
        Assert.Equal((100_000, 99_999), (histogram.Count, (long)histogram.Largest.TotalMicroseconds));
        Assert.InRange(histogram.Quantile(0.5).TotalMicroseconds, 49_750, 50_250);
    }
}
