namespace Godwit.Identity.Tests.Timing;

public sealed class SeparationTests
{
    [Fact]
    public void It_is_a_half_where_nothing_is_told_and_one_or_nought_where_all_is()
    {
        Assert.Equal(0.5, Separation.Area([1, 2, 3], [1, 2, 3]));
        Assert.Equal(1, Separation.Area([1, 2], [3, 4, 5]));
        Assert.Equal(0, Separation.Area([3, 4], [1, 2]));
        Assert.Equal(0.625, Separation.Area([1, 3], [2, 3]));
    }
}
