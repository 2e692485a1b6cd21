using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Tests.Keyring;

namespace Godwit.Security.Tests.Fields;

public sealed class FieldCipherTests : IAsyncLifetime
{
    private readonly KeyringBench _bench = new();
    private LiveKeyring _keyring = null!;
    private PurposeKeys _keys = null!;
    private FieldCipher _cipher = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _bench.Administration.CreateAsync(KeyPurpose.Data, Cancellation);
        _keyring = await _bench.LoadAsync();
        _keys = await _keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        _cipher = Cipher("users", "email");
    }

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task What_is_encrypted_comes_back_whatever_it_is()
    {
        await _cipher.ReserveAsync(1000, Cancellation);
        Prop.ForAll<byte[], NonEmptyString>((value, row) => _cipher.Decrypt(Encrypt(value, RowKey.Of(row.Get)), RowKey.Of(row.Get)).SequenceEqual(value)).QuickCheckThrowOnFailure();
        foreach (var length in new[] { 0, 1, 15, 16, 17, 4096, 3_000_000 })
        {
            var value = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(value, _cipher.Decrypt(Encrypt(value, RowKey.Of("1")), RowKey.Of("1")));
        }
    }

    [Fact]
    [Trait("ASVS", "11.3.1")]
    [Trait("ASVS", "11.3.2")]
    public async Task A_blob_has_version_key_nonce_ciphertext_and_tag_in_their_places()
    {
        var blob = await _cipher.EncryptAsync("value"u8.ToArray(), RowKey.Of("7"), Cancellation);
        Assert.Equal(1 + 16 + 12 + 5 + 16, blob.Length);
        Assert.Equal(1, blob[0]);
        Assert.Equal(_keys.Current.Active!.Id, FieldBlob.KeyIdOf(blob));
        // Opened by hand, from the layout that docs and other programs rely on.
        byte[] data = [.. Part("godwit field"u8), .. Part("users"u8), .. Part("email"u8), .. Part(Part("7"u8)), .. blob[..17]];
        var key = _keys.HoldActive();
        using var aes = new AesGcm(key.Bytes, 16);
        key.Release();
        var value = new byte[5];
        aes.Decrypt(blob.AsSpan(17, 12), blob.AsSpan(29, 5), blob.AsSpan(34), value, data);
        Assert.Equal("value"u8.ToArray(), value);

        static byte[] Part(ReadOnlySpan<byte> part) => [0, 0, 0, (byte)part.Length, .. part];
    }

    [Fact]
    public async Task A_blob_in_another_row_column_or_table_does_not_open()
    {
        var blob = await _cipher.EncryptAsync("value"u8.ToArray(), RowKey.Of("1", "23"), Cancellation);
        foreach (var row in new[] { RowKey.Of("1", "2"), RowKey.Of("12", "3"), RowKey.Of("123"), RowKey.Of("23", "1"), RowKey.Of("1", "23", "") }) Refused(_cipher, blob, row);
        foreach (var (table, column) in new[] { ("users", "phone"), ("user", "semail"), ("usersemail", "x"), ("admins", "email") }) Refused(Cipher(table, column), blob, RowKey.Of("1", "23"));
        Assert.Equal("value"u8.ToArray(), _cipher.Decrypt(blob, RowKey.Of("1", "23")));
    }

    [Fact]
    [Trait("ASVS", "11.3.3")]
    public async Task Every_bit_of_a_blob_counts_and_so_does_its_length()
    {
        var blob = await _cipher.EncryptAsync("value"u8.ToArray(), RowKey.Of("1"), Cancellation);
        for (var bit = 0; bit < blob.Length * 8; bit++)
        {
            byte[] changed = [.. blob];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(_cipher, changed, RowKey.Of("1"));
        }
        for (var length = 0; length < blob.Length; length++) Refused(_cipher, blob[..length], RowKey.Of("1"));
        Refused(_cipher, [.. blob, 0], RowKey.Of("1"));
        Refused(_cipher, blob.AsSpan(1).ToArray(), RowKey.Of("1"));
    }

    [Fact]
    public async Task A_refusal_gives_out_nothing_and_says_the_same_whatever_was_wrong()
    {
        var blob = await _cipher.EncryptAsync("value"u8.ToArray(), RowKey.Of("1"), Cancellation);
        byte[] edited = [.. blob];
        edited[^1] ^= 1;
        byte[] strange = [.. blob];
        strange[5] ^= 1;
        var output = new byte[5];
        var refusals = new[] { edited, strange, blob[..20], [] }.Select(b =>
        {
            Array.Fill(output, (byte)0);
            var e = Assert.Throws<FieldUnreadableException>(() => _cipher.Decrypt(b, RowKey.Of("1"), output));
            Assert.All(output, o => Assert.Equal(0, o));
            return (e.Message, e.InnerException, e.HResult);
        });
        Assert.Single(refusals.Distinct());
    }

    [Fact]
    public async Task Parts_of_two_blobs_make_none()
    {
        var (one, two) = (await _cipher.EncryptAsync("value"u8.ToArray(), RowKey.Of("1"), Cancellation), await _cipher.EncryptAsync("other"u8.ToArray(), RowKey.Of("1"), Cancellation));
        for (var cut = 17; cut < one.Length; cut++)
        {
            if (!one.AsSpan(cut).SequenceEqual(two.AsSpan(cut)) && !one.AsSpan(0, cut).SequenceEqual(two.AsSpan(0, cut))) Refused(_cipher, [.. one[..cut], .. two[cut..]], RowKey.Of("1"));
        }
    }

    [Fact]
    public async Task No_nonce_comes_twice_in_half_a_million_values_of_many_threads()
    {
        const int threads = 4, each = 125_000;
        var nonces = new (ulong, uint)[threads * each];
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(
            async () =>
            {
                await _cipher.ReserveAsync(each, Cancellation);
                var blob = new byte[FieldCipher.BlobLength(1)];
                for (var i = 0; i < each; i++)
                {
                    _cipher.Encrypt([1], RowKey.Of("1"), blob);
                    nonces[thread * each + i] = (BitConverter.ToUInt64(blob, 17), BitConverter.ToUInt32(blob, 25));
                }
            },
            Cancellation)));
        Assert.Equal(nonces.Length, nonces.Distinct().Count());
        // Every bit is set about half the time: 500,000 tosses stay within 6 standard deviations (354 each).
        for (var bit = 0; bit < 96; bit++) Assert.InRange(nonces.Count(n => bit < 64 ? (n.Item1 >> bit & 1) != 0 : (n.Item2 >> (bit - 64) & 1) != 0), 250_000 - 2_122, 250_000 + 2_122);
    }

    [Fact]
    public async Task The_same_value_is_never_the_same_blob()
    {
        await _cipher.ReserveAsync(200, Cancellation);
        Prop.ForAll<byte[]>(value => !Encrypt(value, RowKey.Of("1")).SequenceEqual(Encrypt(value, RowKey.Of("1")))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Without_a_reservation_nothing_is_encrypted()
    {
        var refusal = Assert.Throws<KeyringException>(() => Encrypt([1], RowKey.Of("1")));
        Assert.True(refusal.MayRetry);
    }

    [Fact]
    public async Task What_is_reserved_is_counted_for_all_hosts_before_it_is_used()
    {
        var key = _keys.Current.Active!.Id;
        await _cipher.ReserveAsync(10, Cancellation);
        Assert.Equal(FieldCipher.Block, await _bench.Usage.CountAsync(key, Cancellation));
        for (var i = 0; i < FieldCipher.Block; i++) Encrypt([], RowKey.Of("1"));
        Assert.Throws<KeyringException>(() => Encrypt([], RowKey.Of("1")));
        await _cipher.ReserveAsync(FieldCipher.Block + 1, Cancellation);
        Assert.Equal(2 * FieldCipher.Block + 1, await _bench.Usage.CountAsync(key, Cancellation));
        await using var other = await _bench.LoadAsync();
        await new FieldCipher(await other.OpenAsync(KeyPurpose.Data, Cancellation), new FieldColumn("t", "c"), _bench.Usage).ReserveAsync(1, Cancellation);
        Assert.Equal(3 * FieldCipher.Block + 1, await _bench.Usage.CountAsync(key, Cancellation));
    }

    [Fact]
    public async Task A_key_demands_its_rotation_and_then_encrypts_no_more()
    {
        var key = _keys.Current.Active!.Id;
        await _cipher.ReserveAsync(1, Cancellation);
        Assert.False(_cipher.RotationDemanded);
        await _bench.Usage.AddAsync(key, RotationPolicy.Default.Values, Cancellation);
        await _cipher.ReserveAsync(FieldCipher.Block, Cancellation);
        Assert.True(_cipher.RotationDemanded);
        var left = RotationPolicy.HardLimit - await _bench.Usage.CountAsync(key, Cancellation);
        await _bench.Usage.AddAsync(key, left - 3, Cancellation);
        var fresh = await _bench.LoadAsync();
        var last = new FieldCipher(await fresh.OpenAsync(KeyPurpose.Data, Cancellation), new FieldColumn("t", "c"), _bench.Usage);
        await last.ReserveAsync(3, Cancellation);
        var blob = new byte[FieldCipher.BlobLength(0)];
        for (var i = 0; i < 3; i++) last.Encrypt([], RowKey.Of("1"), blob);
        var refusal = await Assert.ThrowsAsync<KeyringException>(async () => await last.ReserveAsync(1, Cancellation));
        Assert.Contains("rotate", refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.MayRetry);
        Assert.Throws<KeyringException>(() => last.Encrypt([], RowKey.Of("1"), blob));
        Assert.Empty(last.Decrypt(blob, RowKey.Of("1")));
        await _bench.Administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await fresh.RefreshAsync(Cancellation);
        await last.EncryptAsync(default, RowKey.Of("1"), Cancellation);
        await fresh.DisposeAsync();
    }

    [Fact]
    public async Task After_a_rotation_old_values_are_read_and_new_ones_written_with_the_new_key()
    {
        var old = await _cipher.EncryptAsync("old"u8.ToArray(), RowKey.Of("1"), Cancellation);
        Assert.True(_cipher.IsCurrent(old));
        var next = await _bench.Administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        Assert.False(_cipher.IsCurrent(old));
        Assert.Equal("old"u8.ToArray(), _cipher.Decrypt(old, RowKey.Of("1")));
        Assert.Equal(next.Id, FieldBlob.KeyIdOf(await _cipher.EncryptAsync("new"u8.ToArray(), RowKey.Of("1"), Cancellation)));
        await _bench.Administration.RetireAsync(FieldBlob.KeyIdOf(old)!.Value, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        Refused(_cipher, old, RowKey.Of("1"));
    }

    [Fact]
    public async Task A_value_without_a_row_is_neither_encrypted_nor_read()
    {
        await _cipher.ReserveAsync(1, Cancellation);
        var blob = Encrypt([1], RowKey.Of("1"));
        Assert.Throws<ArgumentException>(() => _cipher.Encrypt([1], [], new byte[FieldCipher.BlobLength(1)]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _cipher.EncryptAsync(new byte[1], default, Cancellation));
        Assert.Throws<ArgumentException>(() => _cipher.Decrypt(blob, []));
    }

    [Fact]
    public async Task Keys_encrypt_only_what_they_are_for()
    {
        foreach (var purpose in new[] { KeyPurpose.Person, KeyPurpose.Index, KeyPurpose.Pepper, KeyPurpose.Token, KeyPurpose.Mail, KeyPurpose.Of("invoices"), KeyPurpose.Of("index-data") })
        {
            var keys = await _bench.NewAsync(purpose);
            Assert.Throws<ArgumentException>(() => new FieldCipher(keys, new FieldColumn("t", "c"), _bench.Usage));
        }
        var own = new FieldCipher(await _bench.NewAsync(KeyPurpose.Of("data-invoices")), new FieldColumn("t", "c"), _bench.Usage);
        Assert.NotEmpty(await own.EncryptAsync(default, RowKey.Of("1"), Cancellation));
    }

    [Fact]
    public async Task What_was_reserved_and_not_used_can_be_given_back()
    {
        var key = _keys.Current.Active!.Id;
        var batch = await _cipher.ReserveBatchAsync(FieldCipher.Block, Cancellation);
        Encrypt([], RowKey.Of("1"));
        batch.Release(FieldCipher.Block - 1);
        // What the batch left is enough for all of these: nothing more is taken from the shared count.
        await _cipher.ReserveAsync(FieldCipher.Block - 1, Cancellation);
        Assert.Equal(FieldCipher.Block, await _bench.Usage.CountAsync(key, Cancellation));
        await _cipher.ReserveAsync(1, Cancellation);
        Assert.Equal(2 * FieldCipher.Block, await _bench.Usage.CountAsync(key, Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Release(FieldCipher.Block + 1));
    }

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task A_rotation_is_demanded_by_the_policy_that_was_given()
    {
        var strict = new FieldCipher(_keys, new FieldColumn("t", "c"), _bench.Usage, RotationPolicy.Default with { Values = 2 * FieldCipher.Block });
        await strict.ReserveAsync(FieldCipher.Block, Cancellation);
        Assert.False(strict.RotationDemanded);
        await strict.ReserveAsync(1, Cancellation);
        Assert.True(strict.RotationDemanded);
        Assert.False(_cipher.RotationDemanded);
    }

    [Fact]
    public async Task Neither_way_allocates()
    {
        await _cipher.ReserveAsync(20_000, Cancellation);
        long Measure()
        {
            Span<byte> blob = stackalloc byte[FieldCipher.BlobLength(24)];
            Span<byte> value = stackalloc byte[24];
            Span<byte> row = stackalloc byte[RowKey.LongestNumber];
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5_000; i++)
            {
                var key = row[..RowKey.Write(row, i)];
                _cipher.Encrypt(value, key, blob);
                _cipher.Decrypt(blob, key, value);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Measure();
        Assert.InRange(Measure(), 0, 1000);
    }

    private FieldCipher Cipher(string table, string column) => new(_keys, new FieldColumn(table, column), _bench.Usage);

    private byte[] Encrypt(byte[] value, byte[] row)
    {
        var blob = new byte[FieldCipher.BlobLength(value.Length)];
        Assert.Equal(blob.Length, _cipher.Encrypt(value, row, blob));
        return blob;
    }

    private static void Refused(FieldCipher cipher, byte[] blob, byte[] row) => Assert.Throws<FieldUnreadableException>(() => cipher.Decrypt(blob, row));
}
