using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;

namespace Godwit.Engine.Tests.Rows;

public sealed class TableDigestsTests
{
    [Fact]
    public void Digests_of_parts_add_up_to_those_of_the_whole_in_any_order()
    {
        var rows = Gen.Choose(int.MinValue, int.MaxValue).Select(i => (Range: Math.Abs(i % 5), Part: Math.Abs(i / 5 % 3), Hash: new UInt128((ulong)i * 0x9E3779B97F4A7C15, (ulong)~i << 32)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(rows.ListOf().ToArbitrary(), list =>
        {
            var whole = new TableDigests(5);
            TableDigests[] parts = [new(5), new(5), new(5)];
            foreach (var (range, part, hash) in list)
            {
                foreach (var digests in (TableDigests[])[whole, parts[part]])
                {
                    digests.Rows[range].Add(hash);
                    if ((hash & 1) == 0) digests.Decoded[range].Add(hash ^ 5);
                    digests.Quarantined++;
                }
            }
            var sum = new TableDigests(5);
            foreach (var part in parts.Reverse()) sum.Add(part);
            Assert.Equal(whole.Rows, sum.Rows);
            Assert.Equal(whole.Decoded, sum.Decoded);
            Assert.Equal(whole.Quarantined, sum.Quarantined);
            Assert.Equal(list.Count, sum.Total.Count);
            Assert.Equal(whole.Total, sum.Total);
        }));
    }

    [Fact]
    public void Doubling_losing_swapping_or_changing_a_row_changes_a_digest()
    {
        var right = Of(1, 2, 3);
        Assert.Equal(right, Of(3, 1, 2));
        Assert.NotEqual(right, Of(1, 2));
        Assert.NotEqual(right, Of(1, 2, 3, 3));
        Assert.NotEqual(right, Of(1, 2, 4));
        // Same count and sum; same count and xor.
        Assert.NotEqual(Of(1, 4), Of(2, 3));
        Assert.NotEqual(Of(5, 5), Of(6, 6));
        Assert.Equal(Of(UInt128.MaxValue, 1).Sum, UInt128.Zero);
    }

    private static RangeDigest Of(params UInt128[] hashes)
    {
        var digest = default(RangeDigest);
        foreach (var hash in hashes) digest.Add(hash);
        return digest;
    }
}
