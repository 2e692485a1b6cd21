using Godwit.Redis.Clusters;

namespace Godwit.Redis.Tests.Clusters;

public sealed class HashSlotTests
{
    [Theory]
    [InlineData("123456789", 0x31C3)]
    [InlineData("foo", 12182)]
    [InlineData("", 0)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("{user1000}.followers", 3443)]
    public void A_key_has_the_slot_of_the_specification(string key, int slot) => Assert.Equal(slot, HashSlot.Of(key));

    [Fact]
    public void Only_the_first_pair_of_braces_with_something_in_it_is_a_tag()
    {
        Assert.Equal(HashSlot.Of("bar"), HashSlot.Of("foo{bar}{zap}"));
        Assert.Equal(HashSlot.Of("{bar"), HashSlot.Of("foo{{bar}}zap"));
        Assert.NotEqual(HashSlot.Of("bar"), HashSlot.Of("foo{}{bar}"));
        Assert.NotEqual(HashSlot.Of("bar"), HashSlot.Of("foo{bar"));
    }

    [Fact]
    public void Keys_of_one_tag_are_one_slot()
    {
        Assert.True(HashSlot.IsOne("{t1}:a", "{t1}:b"));
        Assert.False(HashSlot.IsOne("a", "b"));
        Assert.True(HashSlot.IsOne());
    }
}
