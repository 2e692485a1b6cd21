using FsCheck;
using FsCheck.Fluent;
using Godwit.Documents.Shapes;

namespace Godwit.Documents.Tests.Shapes;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("48h", 172_800)]
    [InlineData("7d", 604_800)]
    [InlineData("0s", 0)]
    public void A_number_and_a_unit_are_a_length_of_time(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), DurationText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("30 s")]
    [InlineData("1.5h")]
    [InlineData("1h30m")]
    [InlineData("-1s")]
    [InlineData("1S")]
    [InlineData("30s\n")]
    [InlineData("999999999999d")]
    public void Anything_else_is_not(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void What_is_written_reads_as_the_same()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Select(n => TimeSpan.FromMilliseconds(n)).ToArbitrary(), duration =>
            DurationText.Parse(DurationText.Write(duration)) == duration).QuickCheckThrowOnFailure();
        Assert.Equal(["90m", "2h", "1ms", "7d"], new[] { 90 * 60_000, 2 * 3_600_000, 1, 7 * 86_400_000 }.Select(n => DurationText.Write(TimeSpan.FromMilliseconds(n))));
    }
}
