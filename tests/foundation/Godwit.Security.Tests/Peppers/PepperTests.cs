using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Peppers;
using Godwit.Security.Tests.Keyring;

namespace Godwit.Security.Tests.Peppers;

public sealed class PepperTests : IAsyncLifetime
{
    private static readonly byte[] s_key = "gw_live_7Rk2mX9pQ4"u8.ToArray();

    private readonly KeyringBench _bench = new();
    private readonly OriginalHash _legacy = OriginalHash.HmacSha256("legacy", "the old pepper of an environment"u8);
    private LiveKeyring _keyring = null!;
    private Pepper _pepper = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _bench.Administration.CreateAsync(KeyPurpose.Pepper, Cancellation);
        _keyring = await _bench.LoadAsync();
        _pepper = new Pepper(await _keyring.OpenAsync(KeyPurpose.Pepper, Cancellation), "api-key", _legacy);
    }

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _legacy.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void A_hash_is_of_one_value_and_one_purpose_and_is_read_as_it_is_written()
    {
        var hash = _pepper.Hash(s_key);
        Assert.True(_pepper.Verify(s_key, hash));
        Assert.False(_pepper.Verify([.. s_key, 0], hash));
        Assert.False(_pepper.Verify(s_key.AsSpan(1), hash));
        Assert.True(PepperedHash.TryParse(hash.ToString(), out var read));
        Assert.Equal(hash, read);
        Assert.Equal(hash.GetHashCode(), read.GetHashCode());
        Assert.DoesNotContain(Encoding.UTF8.GetString(s_key), hash.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_former_key_made_is_made_again_under_it_and_never_by_accident_under_another()
    {
        var former = (await _bench.Store.LoadAsync(Cancellation)).Keys[0].Id;
        var (hash, taken) = (_pepper.Hash(s_key), _pepper.Import("legacy", new byte[32]));
        await RotateAsync();
        var active = _pepper.Hash(s_key);
        Assert.Equal(hash, _pepper.HashUnder(former, s_key));
        Assert.Equal(taken, _pepper.ImportUnder(former, "legacy", new byte[32]));
        Assert.NotEqual(hash, active);
        Assert.Equal(hash, _pepper.WrapUnder(former, hash));
        Assert.Equal(_pepper.Wrap(hash), _pepper.WrapUnder(active.Keys.Single(), hash));
        Assert.Throws<KeyringException>(() => _pepper.HashUnder(KeyId.Create(TimeProvider.System), s_key));
        Assert.Throws<ArgumentException>(() => _pepper.HashUnder(former, Encoding.UTF8.GetBytes(hash.ToString())));
    }

    [Fact]
    public async Task Two_keys_are_live_dormant_hashes_are_wrapped_and_the_old_key_goes_when_no_chain_names_it()
    {
        var (used, dormant) = (_pepper.Hash(s_key), _pepper.Hash("dormant"u8));
        var former = (await _bench.Store.LoadAsync(Cancellation)).Keys[0].Id;
        await RotateAsync();
        // Both are found while both keys are live, whichever made them.
        Assert.Contains(used, _pepper.Candidates(s_key));
        Assert.True(_pepper.Verify(s_key, used));
        Assert.True(_pepper.NeedsRestamp(used));
        var restamped = _pepper.Hash(s_key);
        Assert.False(_pepper.NeedsRestamp(restamped));
        Assert.Contains(restamped, _pepper.Candidates(s_key));
        // What nobody presents is wrapped, which needs nobody.
        var wrapped = _pepper.Wrap(dormant);
        Assert.Equal(wrapped, _pepper.Wrap(wrapped));
        Assert.True(_pepper.Verify("dormant"u8, wrapped));
        Assert.True(_pepper.NeedsRestamp(wrapped));
        Assert.Contains(wrapped, _pepper.Candidates("dormant"u8, wrapped.Chain));
        Assert.True(PepperedHash.TryParse(wrapped.ToString(), out var read));
        Assert.Equal(wrapped, read);
        // A wrapped hash needs the old key to be computed, so that key stays until the hash was restamped: whoever looks for its users finds it in the chain.
        Assert.Equal([former, (await _bench.Store.LoadAsync(Cancellation)).Keys[1].Id], wrapped.Keys);
        Assert.Equal([wrapped.Wrappers[0]], restamped.Keys);
        await _bench.Administration.RetireAsync(former, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        Assert.True(_pepper.Verify(s_key, restamped));
        Assert.False(_pepper.Verify("dormant"u8, wrapped));
    }

    [Fact]
    public async Task A_stored_hash_that_leaked_is_no_key()
    {
        var old = _pepper.Hash(s_key);
        var oldBytes = old.Mac.ToArray();
        await RotateAsync();
        var wrapped = _pepper.Wrap(old);
        byte[][] presented = [Utf8(old.ToString()), Utf8($" {old}\n"), oldBytes, Utf8(Convert.ToHexStringLower(oldBytes)), Utf8(Convert.ToBase64String(oldBytes)), Utf8(wrapped.ToString()), wrapped.Mac.ToArray()];
        foreach (var value in presented)
        {
            Assert.False(_pepper.Verify(value, old));
            Assert.False(_pepper.Verify(value, wrapped));
            Assert.DoesNotContain(_pepper.Candidates(value, old.Chain, wrapped.Chain), c => c == old || c == wrapped);
        }
        Assert.Throws<ArgumentException>(() => _pepper.Hash(Utf8(old.ToString())));
        Assert.Empty(_pepper.Candidates(Utf8(old.ToString())));

        static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
    }

    [Fact]
    public void The_hashes_of_another_system_are_taken_over_wrapped()
    {
        var stored = HMACSHA256.HashData("the old pepper of an environment"u8, s_key);
        var imported = _pepper.Import("legacy", stored);
        Assert.StartsWith("gwp1.legacy+", imported.ToString(), StringComparison.Ordinal);
        Assert.True(_pepper.Verify(s_key, imported));
        Assert.Contains(imported, _pepper.Candidates(s_key, imported.Chain));
        Assert.True(_pepper.NeedsRestamp(imported));
        // Whoever has the old system's table has no key.
        Assert.False(_pepper.Verify(stored, imported));
        Assert.False(_pepper.Verify(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(stored)), imported));
        Assert.Throws<ArgumentException>(() => _pepper.Import("unknown", stored));
        Assert.Throws<ArgumentException>(() => _pepper.Import("legacy", stored.AsSpan(1)));
    }

    [Fact]
    public async Task A_hash_is_not_wrapped_without_end_and_stays_valid_as_it_is()
    {
        var hash = _pepper.Import("legacy", HMACSHA256.HashData("the old pepper of an environment"u8, s_key));
        for (var i = 0; i < 2; i++)
        {
            await RotateAsync();
            hash = _pepper.Wrap(hash);
        }
        await RotateAsync();
        Assert.Throws<KeyringException>(() => _pepper.Wrap(hash));
        Assert.False(_pepper.TryWrap(hash, out var same));
        Assert.Same(hash, same);
        Assert.True(_pepper.Verify(s_key, hash));
        Assert.True(_pepper.NeedsRestamp(hash));
        Assert.Contains(hash, _pepper.Candidates(s_key, hash.Chain));
        Assert.True(_pepper.TryWrap(_pepper.Hash(s_key), out var current));
        Assert.Empty(current.Wrappers);
    }

    /// <summary>Whoever can write to the table, and not more, would have a key: SHA-256 of it is for everybody to compute.</summary>
    [Fact]
    public async Task All_candidates_are_found_without_asking_which_chains_there_are()
    {
        var stored = new List<PepperedHash> { _pepper.Hash(s_key), _pepper.Import("legacy", HMACSHA256.HashData("the old pepper of an environment"u8, s_key)) };
        for (var rotation = 0; rotation < 3; rotation++)
        {
            await RotateAsync();
            // Each way that a hash may have gone: left alone, wrapped by this key, hashed anew.
            stored.AddRange(stored.Where(h => h.Wrappers.Length + 2 <= PepperedHash.LongestChain).Select(_pepper.Wrap).ToList());
            stored.Add(_pepper.Hash(s_key));
        }
        var all = _pepper.AllCandidates(s_key);
        Assert.All(stored, h => Assert.Contains(h, all));
        Assert.Equal(all.Count, all.Distinct().Count());
        // Four keys: 15 chains of keys, and 14 that begin with the legacy hash, wrapped three times at most.
        Assert.Equal(15 + 14, all.Count);
        Assert.Empty(all.Intersect(_pepper.AllCandidates("another"u8)));
        foreach (var hash in stored) Assert.Empty(_pepper.AllCandidates(Encoding.UTF8.GetBytes(hash.ToString())));
        Assert.Empty(_pepper.AllCandidates([]));
    }

    [Fact]
    public async Task A_hash_of_another_systems_way_that_nobody_wrapped_is_none()
    {
        var pepper = new Pepper(await _keyring.OpenAsync(KeyPurpose.Pepper, Cancellation), "api-key", OriginalHash.Sha256("plain"));
        var planted = new PepperedHash("plain", [], SHA256.HashData(s_key));
        Assert.False(PepperedHash.TryParse(planted.ToString(), out _));
        Assert.False(pepper.Verify(s_key, planted));
        Assert.DoesNotContain(pepper.Candidates(s_key, "plain"), c => c.Origin == "plain");
        Assert.True(pepper.Verify(s_key, pepper.Import("plain", SHA256.HashData(s_key))));
    }

    [Fact]
    public async Task A_hash_that_a_host_ahead_of_this_one_stored_is_found()
    {
        await using var ahead = await _bench.LoadAsync();
        var other = new Pepper(await ahead.OpenAsync(KeyPurpose.Pepper, Cancellation), "api-key");
        var announced = await _bench.Administration.AnnounceAsync(KeyPurpose.Pepper, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        await _bench.Administration.ActivateAsync(announced.Id, Cancellation);
        await ahead.RefreshAsync(Cancellation);
        Assert.Contains(other.Hash(s_key), _pepper.Candidates(s_key));
    }

    [Fact]
    public async Task Only_keys_for_peppers_hash()
    {
        foreach (var purpose in new[] { KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Person, KeyPurpose.Token, KeyPurpose.Mail, KeyPurpose.Of("invoices") })
        {
            var keys = await _bench.NewAsync(purpose);
            Assert.Throws<ArgumentException>(() => new Pepper(keys, "api-key"));
        }
    }

    [Fact]
    public async Task A_hash_of_one_purpose_is_none_of_another()
    {
        var other = new Pepper(await _keyring.OpenAsync(KeyPurpose.Pepper, Cancellation), "reset-code");
        Assert.False(other.Verify(s_key, _pepper.Hash(s_key)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gwp1.")]
    [InlineData("gwp1.legacy.AAAA")]
    [InlineData("gwp1.legacy+x.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gwp1.legacy.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gwp1.LEGACY.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gwp1.legacy.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("gwp1.legacy.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("gwp1.legacy.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.x")]
    public void What_is_no_stored_hash_is_not_read_as_one(string text) => Assert.False(PepperedHash.TryParse(text, out _));

    [Fact]
    public void What_is_empty_or_too_long_is_refused()
    {
        Assert.Empty(_pepper.Candidates([]));
        Assert.Empty(_pepper.Candidates(new byte[Pepper.LongestPresented + 1]));
        Assert.Throws<ArgumentException>(() => _pepper.Hash([]));
    }

    private async Task RotateAsync()
    {
        await _bench.Administration.RotateAsync(KeyPurpose.Pepper, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
    }
}
