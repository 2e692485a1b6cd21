using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Encryption;

namespace Godwit.Security.Tests.Encryption;

/// <summary>What was written comes back, and nothing else opens.</summary>
public sealed class EncryptedStreamTests
{
    private const int Chunk = EncryptedFormat.ChunkLength, Sealed = Chunk + EncryptedFormat.TagLength, Header = EncryptedFormat.HeaderLength;

    private readonly EncryptionKey _key = EncryptionKey.Create();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk)]
    [InlineData(3 * Chunk + 17)]
    public void What_was_written_is_read_whatever_its_length(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(plain, Open(Seal(plain)));
    }

    [Fact]
    public void Any_bytes_in_any_portions_come_back() => Prop.ForAll<byte[], PositiveInt>((bytes, portion) =>
    {
        using var output = new MemoryStream();
        using (var stream = new EncryptingStream(output, _key, "file"))
        {
            foreach (var part in bytes.Chunk(portion.Get)) stream.Write(part);
            stream.Complete();
        }
        return Open(output.ToArray()).SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_byte_anywhere_fails()
    {
        var whole = Seal(RandomNumberGenerator.GetBytes(2 * Chunk + 100));
        foreach (var at in new[] { 0, 8, 10, 20, Header - 1, Header, Header + Chunk, Header + Sealed - 1, Header + Sealed, whole.Length - 1 })
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 0x40;
            Assert.Throws<DecryptionException>(() => Open(changed));
        }
    }

    [Fact]
    public void An_end_that_is_cut_off_fails_also_between_chunks()
    {
        foreach (var length in new[] { 2 * Chunk, 2 * Chunk + 5 })
        {
            var whole = Seal(RandomNumberGenerator.GetBytes(length));
            foreach (var kept in new[] { 0, 5, Header, Header + 3, Header + Sealed, Header + Sealed + 1, whole.Length - 1 }) Assert.Throws<DecryptionException>(() => Open(whole[..kept]));
        }
    }

    [Fact]
    public void Chunks_that_are_swapped_repeated_left_out_or_added_fail()
    {
        var whole = Seal(RandomNumberGenerator.GetBytes(3 * Chunk));
        byte[] header = whole[..Header], one = whole[Header..(Header + Sealed)], two = whole[(Header + Sealed)..(Header + 2 * Sealed)], three = whole[(Header + 2 * Sealed)..];
        byte[][] wrong = [[.. header, .. two, .. one, .. three], [.. header, .. one, .. one, .. three], [.. header, .. one, .. three], [.. header, .. three], [.. whole, .. three], [.. whole, 0]];
        foreach (var bytes in wrong) Assert.Throws<DecryptionException>(() => Open(bytes));
    }

    [Fact]
    public void Chunks_of_another_file_and_a_file_under_another_name_fail()
    {
        var (one, two) = (Seal(RandomNumberGenerator.GetBytes(2 * Chunk)), Seal(RandomNumberGenerator.GetBytes(2 * Chunk)));
        Assert.Throws<DecryptionException>(() => Open([.. one[..(Header + Sealed)], .. two[(Header + Sealed)..]]));
        Assert.Throws<DecryptionException>(() => Open(one, name: "other"));
        using var stranger = EncryptionKey.Create();
        Assert.Contains(stranger.Id, Assert.Throws<DecryptionException>(() => Open(one, key: stranger)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_not_completed_does_not_open()
    {
        using var output = new MemoryStream();
        using (var stream = new EncryptingStream(output, _key, "file")) stream.Write(new byte[2 * Chunk]);
        Assert.Throws<DecryptionException>(() => Open(output.ToArray()));
    }

    [Fact]
    public void The_same_bytes_are_never_the_same_file() => Assert.NotEqual(Seal([1, 2, 3]), Seal([1, 2, 3]));

    private byte[] Seal(byte[] plain)
    {
        using var output = new MemoryStream();
        using var stream = new EncryptingStream(output, _key, "file");
        stream.Write(plain);
        stream.Complete();
        return output.ToArray();
    }

    private byte[] Open(byte[] bytes, string name = "file", EncryptionKey? key = null)
    {
        using var input = new MemoryStream(bytes);
        using var stream = new DecryptingStream(input, key ?? _key, name);
        using var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }
}
