using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;

namespace Godwit.Engine.Tests.Rows;

public sealed class SipHashTests
{
    private static readonly UInt128 ReferenceKey = SipHash.Key(Sequence(16));

    /// <summary>The first of vectors_siphash128.h at https://github.com/veorq/SipHash: message n is the bytes 0, 1, … n-1.</summary>
    private static readonly string[] ReferenceVectors =
    [
        "a3817f04ba25a8e66df67214c7550293", "da87c1d86b99af44347659119b22fc45", "8177228da4a45dc7fca38bdef60affe4", "9c70b60c5267a94e5f33b6b02985ed51",
        "f88164c12d9c8faf7d0f6e7c7bcd5579", "1368875980776f8854527a07690e9627", "14eeca338b208613485ea0308fd7a15e", "a1f1ebbed8dbc153c0b84aa61ff08239",
        "3b62a9ba6258f5610f83e264f31497b4", "264499060ad9baabc47f8b02bb6d71ed", "00110dc378146956c95447d3f3d0fbba", "0151c568386b6677a2b4dc6f81e5dc18",
        "d626b266905ef35882634df68532c125", "9869e247e9c08b10d029934fc4b952f7", "31fcefac66d7de9c7ec7485fe4494902", "5493e99933b0a8117e08ec0f97cfc3d9",
    ];

    [Fact]
    public void The_reference_vectors_come_out()
    {
        for (var length = 0; length < ReferenceVectors.Length; length++)
            Assert.Equal((length, ReferenceVectors[length]), (length, Bytes(SipHash.Hash(ReferenceKey, Sequence(length)))));
    }

    [Theory]
    [InlineData("", "a3817f04ba25a8e66df67214c7550293", "930255c71472f66de6a825ba047f81a3")]
    [InlineData("0000000800000000000000010000000161ffffffff", "5d44a1fb0cb05eb8dd8bda36dc1470ae", "ae7014dc36da8bddb85eb00cfba1445d")]
    [InlineData("000000080000000000000002000000000000000101", "317eb87ceeb50c28017a8cead72d8009", "09802dd7ea8c7a01280cb5ee7cb87e31")]
    public void The_vectors_of_the_certificates_page_come_out(string image, string bytes, string number)
    {
        var hash = SipHash.Hash(ReferenceKey, Convert.FromHexString(image));
        Assert.Equal(bytes, Bytes(hash));
        Assert.Equal(number, hash.ToString("x32"));
    }

    [Fact]
    public void The_digest_of_the_certificates_page_comes_out()
    {
        var digest = default(RangeDigest);
        foreach (var image in (string[])["0000000800000000000000010000000161ffffffff", "000000080000000000000002000000000000000101"])
            digest.Add(SipHash.Hash(ReferenceKey, Convert.FromHexString(image)));
        Assert.Equal((2L, "b7f042b4216705dee06b65fb7859c28e", "a7f0390bdc56f1dc905205e287193a6c"), (digest.Count, digest.Sum.ToString("x32"), digest.Xor.ToString("x32")));
    }

    [Fact]
    public void A_message_in_parts_has_the_hash_of_the_whole()
    {
        var cases =
            from seed in Gen.Choose(0, int.MaxValue)
            from parts in Gen.Choose(0, 40).ListOf()
            select (seed, parts.ToArray());
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), c => AssertStreamed(c.seed, c.Item2)));
    }

    private static void AssertStreamed(int seed, int[] parts)
    {
        var random = new Random(seed);
        var message = new byte[parts.Sum()];
        random.NextBytes(message);
        var key = SipHash.Key(Sequence(16).Select(b => (byte)(b ^ seed)).ToArray());
        var streamed = new SipHash(key);
        // A second message through the same state finds nothing of the first.
        for (var turn = 0; turn < 2; turn++)
        {
            streamed.Start();
            var at = 0;
            foreach (var part in parts)
            {
                streamed.Append(message.AsSpan(at, part));
                at += part;
            }
            Assert.Equal(message.Length, streamed.Length);
            Assert.Equal(SipHash.Hash(key, message), streamed.Finish());
        }
    }

    [Fact]
    public void Key_length_and_every_bit_of_the_message_matter()
    {
        var message = Sequence(21);
        var hashes = new HashSet<UInt128> { SipHash.Hash(ReferenceKey, message), SipHash.Hash(ReferenceKey ^ 1, message), SipHash.Hash(ReferenceKey, [.. message, 0]) };
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var changed = message.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            hashes.Add(SipHash.Hash(ReferenceKey, changed));
        }
        Assert.Equal(3 + message.Length * 8, hashes.Count);
    }

    private static byte[] Sequence(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    private static string Bytes(UInt128 hash)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash);
        return Convert.ToHexStringLower(bytes);
    }
}
