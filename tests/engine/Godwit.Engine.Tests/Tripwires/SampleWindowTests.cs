using Godwit.Engine.Figures;
using Godwit.Engine.Tripwires;

namespace Godwit.Engine.Tests.Tripwires;

public sealed class SampleWindowTests
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("last", 10)]
    [InlineData("avg", 5.5)]
    [InlineData("min", 1)]
    [InlineData("max", 10)]
    [InlineData("p50", 5)]
    [InlineData("p95", 10)]
    [InlineData("sum", 55)]
    [InlineData("rate", 5.5)]
    public void Ten_looks_make_one_number(string aggregate, double expected)
    {
        var window = new SampleWindow(aggregate, TimeSpan.FromSeconds(10), 1);
        for (var i = 0; i < 10; i++) window.Add(s_begin.AddSeconds(i), FigureReading.Of(i + 1));
        Assert.Equal((decimal)expected, window.Read().Number);
    }

    [Fact]
    public void A_look_counts_for_as_long_as_the_window_is()
    {
        var window = new SampleWindow("max", TimeSpan.FromSeconds(3), 1);
        window.Add(s_begin, FigureReading.Of(100));
        window.Add(s_begin.AddSeconds(2), FigureReading.Of(1));
        Assert.Equal(100, window.Read().Number);
        window.Add(s_begin.AddSeconds(3), FigureReading.Of(1));
        Assert.Equal(1, window.Read().Number);
    }

    [Fact]
    public void A_look_without_a_number_is_not_made_up_for_by_those_before()
    {
        var window = new SampleWindow("avg", TimeSpan.FromMinutes(1), 1);
        window.Add(s_begin, FigureReading.Of(1));
        window.Add(s_begin.AddSeconds(1), FigureReading.None("it hangs"));
        Assert.Equal((null, "it hangs"), (window.Read().Number, window.Read().Why));
    }

    [Fact]
    public void The_share_of_looks_that_failed_takes_silence_for_failure()
    {
        var window = new SampleWindow(SampleWindow.Failed, TimeSpan.FromMinutes(1), 2);
        window.Add(s_begin, FigureReading.Of(1));
        Assert.Null(window.Read().Number);
        window.Add(s_begin.AddSeconds(1), FigureReading.None("it hangs"));
        window.Add(s_begin.AddSeconds(2), FigureReading.Of(1, failed: true));
        window.Add(s_begin.AddSeconds(3), FigureReading.Of(1));
        Assert.Equal(0.5m, window.Read().Number);
    }

    [Theory]
    [InlineData("1.5x", 1.5)]
    [InlineData("+50%", 1.5)]
    [InlineData("-20%", 0.8)]
    [InlineData("2x", 2)]
    public void A_bound_may_be_relative_to_the_baseline(string text, double factor) => Assert.Equal((decimal)factor, TripwireBounds.FactorOf(text));

    [Fact]
    public void A_small_baseline_is_taken_for_more_where_the_runbook_says_so()
    {
        var bounds = new TripwireBounds(null, null, 2, null, 10);
        Assert.False(bounds.IsOut(19, 0));
        Assert.True(bounds.IsOut(21, 0));
        Assert.False(bounds.IsOut(150, 100));
        Assert.Equal("above 200 (2 x the baseline of 100)", bounds.Describe(100));
        Assert.True((bounds with { Above = 50 }).IsOut(60, 100));
    }
}
