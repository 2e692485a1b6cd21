using System.Security.Cryptography;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Tests.Keyring;

namespace Godwit.Security.Tests.Fields;

public sealed class BlindIndexTests : IAsyncLifetime
{
    private readonly KeyringBench _bench = new();
    private LiveKeyring _keyring = null!;
    private PurposeKeys _keys = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _bench.Administration.CreateAsync(KeyPurpose.Index, Cancellation);
        _keyring = await _bench.LoadAsync();
        _keys = await _keyring.OpenAsync(KeyPurpose.Index, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData(" Ann@Example.ORG ")]
    [InlineData("ÉMILE@exämple.org")]
    [InlineData("+49 (30) 12-34")]
    [InlineData("p 01 x-2")]
    public void What_is_normalised_stays_as_it_is_when_it_is_normalised_again(string value)
    {
        var normalizations = (IndexNormalization[])[IndexNormalization.Exact, IndexNormalization.Email, IndexNormalization.Digits, IndexNormalization.Alphanumeric];
        foreach (var normalization in normalizations)
        {
            string once;
            try
            {
                once = normalization.Normalize(value);
            }
            catch (ArgumentException)
            {
                continue;
            }
            Assert.Equal(once, normalization.Normalize(once));
        }
        Assert.Equal(value, IndexNormalization.Exact.Normalize(value));
    }

    [Fact]
    [Trait("ASVS", "11.4.1")]
    public void An_index_is_the_key_id_and_HMAC_SHA_256_over_framed_parts()
    {
        var key = _keys.HoldActive();
        byte[] data = [.. Part("godwit blind index"u8), .. Part("users.email"u8), .. Part("email"u8), .. Part("acme"u8), .. Part("ann@example.org"u8)];
        var id = new byte[KeyId.Length];
        key.Id.Write(id);
        Assert.Equal([.. id, .. HMACSHA256.HashData(key.Bytes, data)], Compute("users.email", "acme", " Ann@Example.ORG ", IndexNormalization.Email));
        key.Release();

        static byte[] Part(ReadOnlySpan<byte> part) => [0, 0, 0, (byte)part.Length, .. part];
    }

    [Fact]
    public void Purpose_tenant_and_value_do_not_run_into_each_other()
    {
        var parts = new[] { ("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("a", "", "bc"), ("abc", "", ""), ("a", "b", "C") };
        Assert.Equal(parts.Length, parts.Select(p => Convert.ToHexString(Compute(p.Item1, p.Item2, p.Item3, IndexNormalization.Exact))).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("ann@example.org", "\tANN@example.Org \n")]
    [InlineData("j\u00e9r\u00f4me@example.org", "J\u00c9R\u00d4ME@EXAMPLE.ORG")]
    public void Addresses_that_people_take_for_one_have_one_index(string one, string two) =>
        Assert.Equal(Compute("p", "", one, IndexNormalization.Email), Compute("p", "", two, IndexNormalization.Email));

    [Fact]
    public void Telephone_numbers_are_their_digits()
    {
        Assert.Equal(Compute("p", "", "+4930123456", IndexNormalization.Digits), Compute("p", "", "+49 (30) 12-34 56", IndexNormalization.Digits));
        Assert.NotEqual(Compute("p", "", "4930123456", IndexNormalization.Digits), Compute("p", "", "+4930123456", IndexNormalization.Digits));
    }

    [Fact]
    public async Task While_a_rotation_goes_on_a_value_is_found_under_both_keys()
    {
        var index = new BlindIndex(_keys, "p", IndexNormalization.Exact);
        var old = Compute("p", "", "v", IndexNormalization.Exact);
        var announced = await _bench.Administration.AnnounceAsync(KeyPurpose.Index, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        // Another host may have activated it and write with it before this one hears of that; and who prepares the rotation writes both.
        var ahead = new byte[BlindIndex.Length];
        index.ComputeUnder(announced.Id, "", "v", ahead);
        Assert.Equal(announced.Id, BlindIndex.KeyIdOf(ahead));
        Assert.Equal([old, ahead], index.Candidates("", "v"));
        Assert.Equal(old, Compute("p", "", "v", IndexNormalization.Exact));
        await _bench.Administration.ActivateAsync(announced.Id, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        var now = Compute("p", "", "v", IndexNormalization.Exact);
        Assert.Equal(ahead, now);
        Assert.Equal([now, old], index.Candidates("", "v"));
        Assert.True(index.IsCurrent(now));
        Assert.False(index.IsCurrent(old));
        await _bench.Administration.RetireAsync(BlindIndex.KeyIdOf(old)!.Value, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        Assert.Equal([now], index.Candidates("", "v"));
        Assert.True(Assert.Throws<KeyringException>(() => index.ComputeUnder(BlindIndex.KeyIdOf(old)!.Value, "", "v", ahead)).MayRetry);
    }

    [Fact]
    public async Task After_the_end_of_a_keyring_nothing_is_taken_for_absent()
    {
        var index = new BlindIndex(_keys, "p", IndexNormalization.Exact);
        await _keyring.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => index.Candidates("", "v"));
    }

    [Theory]
    [InlineData("C01X00T47")]
    [InlineData("N/A")]
    [InlineData("")]
    [InlineData(" - ")]
    [InlineData("+")]
    [InlineData("49+30")]
    [InlineData("\u0661\u0662\u0663")]
    [InlineData("12\u00bd")]
    public void What_has_more_than_digits_or_none_is_refused(string value)
    {
        var refusal = Assert.Throws<ArgumentException>(() => Compute("p", "", value, IndexNormalization.Digits));
        if (value.Length > 4) Assert.DoesNotContain(value, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_with_letters_keep_them()
    {
        Assert.Equal(Compute("p", "", "C01X00T47", IndexNormalization.Alphanumeric), Compute("p", "", "c01-x00 t47", IndexNormalization.Alphanumeric));
        Assert.NotEqual(Compute("p", "", "C01X00T47", IndexNormalization.Alphanumeric), Compute("p", "", "D01Y00T47", IndexNormalization.Alphanumeric));
        foreach (var none in new[] { "", "//", "12+3", "\u00c901", "\u212a1" }) Assert.Throws<ArgumentException>(() => Compute("p", "", none, IndexNormalization.Alphanumeric));
    }

    [Theory]
    [InlineData("k@example.org", "\u212a@example.org")]
    [InlineData("\u00e5@example.org", "\u212b@example.org")]
    [InlineData("\u03c9@example.org", "\u2126@example.org")]
    [InlineData("i@example.org", "\u0130@example.org")]
    [InlineData("\u00df@example.org", "\u1e9e@example.org")]
    public void Addresses_that_only_look_alike_have_two_indexes(string one, string two) =>
        Assert.NotEqual(Compute("p", "", one, IndexNormalization.Email), Compute("p", "", two, IndexNormalization.Email));

    [Fact]
    public void An_address_is_more_than_white_space() => Assert.Throws<ArgumentException>(() => Compute("p", "", " \t", IndexNormalization.Email));

    [Fact]
    public void The_same_text_under_two_normalizations_has_two_indexes() =>
        Assert.Equal(4, new[] { IndexNormalization.Exact, IndexNormalization.Email, IndexNormalization.Digits, IndexNormalization.Alphanumeric }
            .Select(n => Convert.ToHexString(Compute("p", "", "123", n))).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void A_long_value_and_a_broken_one()
    {
        // Beyond what lies on the stack, every character counts: one that differs in the last, one that is shorter.
        string[] values = [new('x', 100_000), new string('x', 99_999) + 'y', new('x', 99_999), new('x', 512), new('x', 513)];
        Assert.Equal(values.Length, values.Select(v => Convert.ToHexString(Compute("p", "", v, IndexNormalization.Exact))).Distinct(StringComparer.Ordinal).Count());
        var key = _keys.HoldActive();
        byte[] framed = [.. "godwit blind index"u8, .. "p"u8, .. "exact"u8];
        byte[] data = [0, 0, 0, 18, .. framed[..18], 0, 0, 0, 1, .. framed[18..19], 0, 0, 0, 5, .. framed[19..], 0, 0, 0, 0, 0, 1, 0x86, 0xa0, .. Enumerable.Repeat((byte)'x', 100_000)];
        Assert.Equal(HMACSHA256.HashData(key.Bytes, data), Compute("p", "", values[0], IndexNormalization.Exact)[KeyId.Length..]);
        key.Release();
        // A lone surrogate has no bytes of its own: taken for another character, two values would be one.
        Assert.ThrowsAny<ArgumentException>(() => Compute("p", "", "\ud800", IndexNormalization.Exact));
        Assert.ThrowsAny<ArgumentException>(() => Compute("p", "", "\ud800@example.org", IndexNormalization.Email));
        Assert.ThrowsAny<ArgumentException>(() => Compute("p", "\udc00", "v", IndexNormalization.Exact));
        Assert.ThrowsAny<ArgumentException>(() => Compute("\udc00", "", "v", IndexNormalization.Exact));
    }

    [Fact]
    public async Task Only_keys_for_indexes_compute_one()
    {
        foreach (var purpose in new[] { KeyPurpose.Data, KeyPurpose.Person, KeyPurpose.Pepper, KeyPurpose.Token, KeyPurpose.Mail, KeyPurpose.Of("invoices") })
        {
            var keys = await _bench.NewAsync(purpose);
            Assert.Throws<ArgumentException>(() => new BlindIndex(keys, "p", IndexNormalization.Exact));
        }
        Assert.Single(new BlindIndex(await _bench.NewAsync(KeyPurpose.Of("index-invoices")), "p", IndexNormalization.Exact).Candidates("", "v"));
    }

    [Fact]
    public void Computing_allocates_nothing()
    {
        var index = new BlindIndex(_keys, "users.email", IndexNormalization.Email);
        long Measure()
        {
            Span<byte> bytes = stackalloc byte[BlindIndex.Length];
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5_000; i++) index.Compute("acme", "Ann@Example.org", bytes);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Measure();
        Assert.InRange(Measure(), 0, 1000);
    }

    [Fact]
    public void HMAC_of_this_machine_is_the_one_that_was_meant()
    {
        var judged = 0;
        foreach (var group in Wycheproof.Groups("hmac_sha256_test.json"))
        {
            var size = group.GetProperty("tagSize").GetInt32() / 8;
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var mac = HMACSHA256.HashData(Wycheproof.Bytes(test, "key"), Wycheproof.Bytes(test, "msg"));
                Assert.Equal(Wycheproof.IsValid(test), CryptographicOperations.FixedTimeEquals(mac.AsSpan(0, size), Wycheproof.Bytes(test, "tag")));
                judged++;
            }
        }
        Assert.Equal(174, judged);
    }

    private byte[] Compute(string purpose, string tenant, string value, IndexNormalization normalization)
    {
        var index = new byte[BlindIndex.Length];
        new BlindIndex(_keys, purpose, normalization).Compute(tenant, value, index);
        return index;
    }
}
