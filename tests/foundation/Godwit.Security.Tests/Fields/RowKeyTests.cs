using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Fields;

namespace Godwit.Security.Tests.Fields;

public sealed class RowKeyTests
{
    [Fact]
    public void Two_keys_have_the_same_bytes_only_when_they_are_the_same() =>
        Prop.ForAll<NonEmptyArray<NonNull<string>>, NonEmptyArray<NonNull<string>>>((one, two) =>
        {
            string[] left = [.. one.Get.Select(s => Valid(s.Get))], right = [.. two.Get.Select(s => Valid(s.Get))];
            return RowKey.Of(left).SequenceEqual(RowKey.Of(right)) == left.SequenceEqual(right);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_number_is_its_text(long key)
    {
        Span<byte> bytes = stackalloc byte[RowKey.LongestNumber];
        Assert.Equal(RowKey.Of(key.ToString()), bytes[..RowKey.Write(bytes, key)].ToArray());
    }

    [Fact]
    public void A_UUID_is_its_text()
    {
        var key = Guid.NewGuid();
        Span<byte> bytes = stackalloc byte[40];
        Assert.Equal(RowKey.Of(key.ToString()), bytes[..RowKey.Write(bytes, key)].ToArray());
    }

    /// <summary>Each would have the bytes of the character that stands for what cannot be shown, and all be one key.</summary>
    [Fact]
    public void Lone_surrogates_are_no_text()
    {
        foreach (var text in new[] { "\ud800", "\ud801", "a\udc00" })
        {
            Assert.ThrowsAny<ArgumentException>(() => RowKey.Of(text));
            Assert.ThrowsAny<ArgumentException>(() => new FieldColumn(text, "c"));
            Assert.ThrowsAny<ArgumentException>(() => new FieldColumn("t", text));
        }
        Assert.NotEmpty(RowKey.Of("\ud83d\ude00"));
    }

    [Fact]
    public void A_row_without_a_key_is_refused() => Assert.Throws<ArgumentException>(() => RowKey.Of());

    private static string Valid(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);
}
