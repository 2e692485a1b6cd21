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

    [Fact]
    public void An_index_is_the_key_id_and_HMAC_SHA_256_over_framed_parts()
    {
        var key = _keys.HoldActive();
        byte[] data = [.. Part("godwit blind index"u8), .. Part("users.email"u8), .. Part("acme"u8), .. Part("ann@example.org"u8)];
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
        Assert.Equal([old], index.Candidates("", "v"));
        await _bench.Administration.ActivateAsync(announced.Id, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        var now = Compute("p", "", "v", IndexNormalization.Exact);
        Assert.NotEqual(old, now);
        Assert.Equal([now, old], index.Candidates("", "v"));
        Assert.True(index.IsCurrent(now));
        Assert.False(index.IsCurrent(old));
        await _bench.Administration.RetireAsync(BlindIndex.KeyIdOf(old)!.Value, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        Assert.Equal([now], index.Candidates("", "v"));
    }

    [Fact]
    public void A_long_value_and_a_broken_one()
    {
        Assert.Equal(Compute("p", "", new string('x', 100_000), IndexNormalization.Exact), Compute("p", "", new string('x', 100_000), IndexNormalization.Exact));
        // A lone surrogate has no bytes of its own: taken for another character, two values would be one.
        Assert.ThrowsAny<ArgumentException>(() => Compute("p", "", "\ud800", IndexNormalization.Exact));
    }

    [Fact]
    public async Task A_key_that_encrypts_computes_no_index()
    {
        var data = await _bench.NewAsync(KeyPurpose.Data);
        Assert.Throws<ArgumentException>(() => new BlindIndex(data, "p", IndexNormalization.Exact));
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
