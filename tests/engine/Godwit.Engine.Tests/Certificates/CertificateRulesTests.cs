using Godwit.Engine.Certificates;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Certificates;

public sealed class CertificateRulesTests
{
    public static TheoryData<string, Func<Certificate, Certificate>> Contradictions => new()
    {
        { "format", c => c with { Format = "godwit-certificate/0" } },
        { "before it started", c => c with { FinishedAt = c.StartedAt.AddSeconds(-1) } },
        { "hash algorithm", c => c with { Hash = c.Hash with { Algorithm = "MD5" } } },
        { "hash key", c => c with { Hash = c.Hash with { Key = "00" } } },
        { "decoded twice", c => c with { Mode = c.Mode with { RowsDecodedTwice = 5 } } },
        { "paranoid", c => c with { Mode = c.Mode with { Paranoid = true } } },
        { "failed check", c => c with { Checks = [new CertificateCheck("counts", CheckOutcome.Failed, "orders")] } },
        { "other rows", c => c with { Tables = [c.Tables[0] with { Rows = 5 }] } },
        { "negative", c => c with { Tables = [c.Tables[0] with { Quarantined = -1 }] } },
        { "add up", c => c with { Tables = [c.Tables[0] with { Ranges = [c.Tables[0].Ranges[0]] }] } },
        { "table's digest", c => c with { Tables = [c.Tables[0] with { Digest = c.Tables[0].Digest with { Sum = "0" } }] } },
        { "table's digest", c => c with { Tables = [c.Tables[0] with { Digest = c.Tables[0].Digest with { Xor = new string('A', 32) } }] } },
        { "range's digest", c => c with { Tables = [c.Tables[0] with { Ranges = [c.Tables[0].Ranges[0] with { Xor = "" }] }] } },
    };

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public void A_certificate_that_contradicts_itself_is_not_signed(string word, Func<Certificate, Certificate> edit)
    {
        using var key = SigningKey.Create();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var refusal = Assert.Throws<ArgumentException>(() => CertificateFile.Write(path, edit(SampleCertificate.Make()), key));
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(64, 64)]
    [InlineData(65, 33)]
    [InlineData(1000, 63)]
    public void Many_ranges_are_merged_with_their_neighbours_and_nothing_is_lost(int made, int kept)
    {
        var whole = default(RangeDigest);
        var ranges = new List<(RowIdRange, RangeDigest)>();
        for (var i = 0; i < made; i++)
        {
            var digest = SampleCertificate.Digest(i);
            whole.Add(digest);
            ranges.Add((new RowIdRange(i == 0 ? null : i * 10, i == made - 1 ? null : (i + 1) * 10), digest));
        }
        var merged = CertificateTable.Merge(ranges);
        Assert.Equal(kept, merged.Count);
        var sum = default(RangeDigest);
        for (var i = 0; i < merged.Count; i++)
        {
            Assert.True(merged[i].TryRead(out var digest));
            sum.Add(digest);
            Assert.Equal(i == 0 ? null : merged[i - 1].Upper, merged[i].Lower);
        }
        Assert.Equal(whole, sum);
        if (made > 0)
            Assert.Null(merged[^1].Upper);
    }

    [Fact]
    public void A_digest_is_written_with_all_32_digits_and_reads_back()
    {
        var digest = new RangeDigest { Count = 3, Sum = 0x1f, Xor = UInt128.MaxValue };
        var written = CertificateDigest.From(digest);
        Assert.Equal(new CertificateDigest(3, "0000000000000000000000000000001f", "ffffffffffffffffffffffffffffffff"), written);
        Assert.True(written.TryRead(out var read));
        Assert.Equal(digest, read);
    }
}
