using Godwit.Engine.Load;

namespace Godwit.Engine.Tests.Load;

public sealed class LoadProfileTests
{
    [Theory]
    [InlineData(100, 10, 0, 0, 1000)]
    [InlineData(100, 10, 10, 0, 500)]
    [InlineData(100, 10, 10, 100, 1000)]
    [InlineData(100, 10, 4, 50, 900)]
    [InlineData(0, 0, 0, 0, 0)]
    public void The_schedule_begins_as_many_as_the_rates_area(double rate, int seconds, int ramp, double from, long total)
    {
        var profile = new LoadProfile(rate, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(ramp), from);
        Assert.Equal(total, profile.Total);
        var last = TimeSpan.FromTicks(-1);
        for (var i = 0; i < total; i++)
        {
            Assert.True(profile.At(i) > last, $"{i} begins at {profile.At(i)}, the one before at {last}");
            last = profile.At(i);
        }
        Assert.True(last < profile.Duration);
    }

    [Fact]
    public void In_a_ramp_from_nothing_a_quarter_begins_in_the_first_half()
    {
        var profile = new LoadProfile(200, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), 0);
        Assert.Equal(5, profile.At(profile.Total / 4).TotalSeconds, 0.001);
        Assert.Equal(7.5, new LoadProfile(0.0001, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), 200).At(938).TotalSeconds, 0.03);
    }
}
