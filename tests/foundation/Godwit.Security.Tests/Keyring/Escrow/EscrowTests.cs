using System.Text;
using Godwit.Security.Keyring.Escrow;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Tests.Keyring.Escrow;

public sealed class EscrowTests
{
    /// <summary>FIPS 197 section 4.2: {57} times {83} is {c1}, {57} times {13} is {fe}.</summary>
    [Fact]
    public void The_field_is_that_of_AES()
    {
        Assert.Equal(0xc1, GaloisField.Multiply(0x57, 0x83));
        Assert.Equal(0xfe, GaloisField.Multiply(0x57, 0x13));
        Assert.Equal(0, GaloisField.Invert(0));
        for (var value = 1; value < 256; value++) Assert.Equal(1, GaloisField.Multiply((byte)value, GaloisField.Invert((byte)value)));
        for (var a = 0; a < 256; a++)
        {
            for (var b = 0; b < 256; b++)
            {
                Assert.Equal(GaloisField.Multiply((byte)a, (byte)b), GaloisField.Multiply((byte)b, (byte)a));
                Assert.Equal((byte)(GaloisField.Multiply((byte)a, 0x1d) ^ GaloisField.Multiply((byte)b, 0x1d)), GaloisField.Multiply((byte)(a ^ b), 0x1d));
            }
        }
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 5)]
    [InlineData(3, 5)]
    [InlineData(5, 5)]
    public void Any_of_enough_shares_restore_the_key_in_any_order(int threshold, int count)
    {
        using var key = LocalMasterKey.Create();
        var shares = MasterKeyEscrow.Split(key, threshold, count);
        for (var mask = 0; mask < 1 << count; mask++)
        {
            EscrowShare[] chosen = [.. shares.Where((_, at) => (mask >> at & 1) != 0).Reverse()];
            if (chosen.Length >= threshold)
            {
                using var restored = MasterKeyEscrow.Restore(chosen);
                Assert.Equal(key.Copy(), restored.Copy());
            }
            else
            {
                Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore(chosen));
            }
        }
    }

    [Fact]
    public void The_most_shares_restore_too()
    {
        using var key = LocalMasterKey.Create();
        var shares = MasterKeyEscrow.Split(key, 255, 255);
        using var restored = MasterKeyEscrow.Restore(shares);
        Assert.Equal(key.Id, restored.Id);
        Assert.Throws<ArgumentOutOfRangeException>(() => MasterKeyEscrow.Split(key, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => MasterKeyEscrow.Split(key, 4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => MasterKeyEscrow.Split(key, 2, 256));
    }

    /// <summary>With one share too few, each of the 256 values of a byte of the secret fits exactly one value of the missing share: what is known rules nothing out.</summary>
    [Fact]
    public void One_share_too_few_leaves_every_secret_possible()
    {
        var shares = SecretSharing.Split([0x42], 3, 5);
        foreach (var (one, two, missing) in new[] { (1, 2, 3), (2, 5, 1), (4, 3, 5) })
        {
            var secrets = new HashSet<byte>();
            for (var guess = 0; guess < 256; guess++)
            {
                var secret = new byte[1];
                SecretSharing.Restore([((byte)one, shares[one - 1]), ((byte)two, shares[two - 1]), ((byte)missing, [(byte)guess])], secret);
                secrets.Add(secret[0]);
            }
            Assert.Equal(256, secrets.Count);
        }
    }

    /// <summary>A single share of the same secret takes every value about as often: chi-square with 255 degrees of freedom stays below its 99.9999 % quantile, 377.</summary>
    [Fact]
    public void A_share_alone_looks_like_chance()
    {
        const int rounds = 51_200;
        var seen = new int[256];
        for (var i = 0; i < rounds; i++) seen[SecretSharing.Split([7], 2, 2)[0][0]]++;
        var expected = rounds / 256.0;
        Assert.True(seen.Sum(n => (n - expected) * (n - expected) / expected) < 377);
    }

    [Fact]
    public void A_share_is_read_as_it_was_written_in_capitals_and_with_space_around_it_too()
    {
        using var key = LocalMasterKey.Create();
        foreach (var share in MasterKeyEscrow.Split(key, 2, 3))
        {
            var text = Encoding.ASCII.GetString(share.ToText());
            using var read = EscrowShare.Parse(Encoding.ASCII.GetBytes($" {text.ToUpperInvariant()}\n"));
            Assert.Equal((share.Number, share.Set, share.Threshold, share.MasterKeyId), (read.Number, read.Set, read.Threshold, read.MasterKeyId));
            Assert.Equal(share.Value, read.Value);
            Assert.DoesNotContain(Convert.ToHexStringLower(share.Value), share.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_damaged_share_is_named_whichever_character_was_changed()
    {
        using var key = LocalMasterKey.Create();
        var text = MasterKeyEscrow.Split(key, 2, 3)[1].ToText();
        for (var at = 0; at < text.Length; at++)
        {
            byte[] changed = [.. text];
            changed[at] = changed[at] == (byte)'0' ? (byte)'1' : (byte)'0';
            var refusal = Assert.Throws<EscrowException>(() => EscrowShare.Parse(changed));
            // The prefix and the number itself apart, the message says which share it is.
            if (at > 60) Assert.Contains("number 2", refusal.Message, StringComparison.Ordinal);
        }
        for (var length = 0; length < text.Length; length++) Assert.Throws<EscrowException>(() => EscrowShare.Parse(text.AsSpan(0, length)));
    }

    [Fact]
    public void A_share_that_names_no_key_is_refused_although_its_checksum_is_right()
    {
        using var key = LocalMasterKey.Create();
        var share = MasterKeyEscrow.Split(key, 2, 3)[0];
        foreach (var (id, set) in new[] { (new string('-', 16), share.Set), ("0123456789abcdeg", share.Set), (share.MasterKeyId, "0123 567") })
        {
            var text = new EscrowShare(id, set, share.Threshold, share.Number, share.Value).ToText();
            Assert.Contains("not made by this program", Assert.Throws<EscrowException>(() => EscrowShare.Parse(text)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_share_that_was_made_up_is_found_when_there_is_one_to_spare()
    {
        using var key = LocalMasterKey.Create();
        var shares = MasterKeyEscrow.Split(key, 3, 5);
        foreach (var bad in new[] { 0, 1, 2, 3, 4 })
        {
            var forged = shares[bad].Value.ToArray();
            forged[5] ^= 0x10;
            EscrowShare[] all = [.. shares.Select((s, at) => at == bad ? new EscrowShare(s.MasterKeyId, s.Set, s.Threshold, s.Number, forged) : s)];
            Assert.Contains($"share {bad + 1} ", Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore(all)).Message, StringComparison.Ordinal);
            EscrowShare[] few = [all[bad], .. all.Where((_, at) => at != bad).Take(2)];
            Assert.Contains("one of them was made up", Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore(few)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Shares_of_two_keys_or_two_splittings_or_twice_the_same_are_refused()
    {
        using var key = LocalMasterKey.Create();
        using var other = LocalMasterKey.Create();
        var (one, again, foreign) = (MasterKeyEscrow.Split(key, 2, 3), MasterKeyEscrow.Split(key, 2, 3), MasterKeyEscrow.Split(other, 2, 3));
        Assert.Contains("different splittings", Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore([one[0], again[1]])).Message, StringComparison.Ordinal);
        Assert.Contains(other.Id, Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore([one[0], foreign[1]])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore([one[0], one[0]])).Message, StringComparison.Ordinal);
        Assert.Throws<EscrowException>(() => MasterKeyEscrow.Restore([]));
    }
}
