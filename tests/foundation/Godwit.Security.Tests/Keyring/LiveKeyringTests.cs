using System.Text;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Tests.Keyring;

public sealed class LiveKeyringTests : IDisposable
{
    private readonly KeyringBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Each_unwrapping_is_noted_once_and_before_the_key_is_given_out()
    {
        var key = await _bench.Administration.CreateAsync(KeyPurpose.Data, Cancellation);
        await using var keyring = await _bench.LoadAsync();
        Assert.Empty(_bench.Audit.Unwrapped);
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        Assert.Same(keys, await keyring.OpenAsync(KeyPurpose.Data, Cancellation));
        var noted = Assert.Single(_bench.Audit.Unwrapped);
        Assert.Equal((key.Id, true, _bench.Master.Id), (noted.Id, noted.Succeeded, noted.MasterKeyId));
        await using var unheard = await LiveKeyring.LoadAsync(_bench.Store, new MasterKeys(_bench.Master), new DeafAudit(), _bench.Clock, Cancellation);
        await Assert.ThrowsAsync<IOException>(() => unheard.OpenAsync(KeyPurpose.Data, Cancellation));
    }

    [Fact]
    public async Task A_wrapped_key_in_anothers_place_does_not_open_and_the_attempt_is_noted()
    {
        var data = await _bench.Administration.CreateAsync(KeyPurpose.Data, Cancellation);
        var index = await _bench.Administration.CreateAsync(KeyPurpose.Index, Cancellation);
        var snapshot = await _bench.Store.LoadAsync(Cancellation);
        KeyRecord[] moved = [data with { Wrapped = index.Wrapped }, data with { Version = 7 }, data with { Id = KeyId.Create(_bench.Clock) }, data with { Wrapped = data.Wrapped.SetItem(40, (byte)(data.Wrapped[40] ^ 1)) }, data with { Wrapped = data.Wrapped[..^1] }];
        foreach (var wrong in moved)
        {
            var refusal = await Assert.ThrowsAsync<KeyringException>(() => KeyWrap.OpenAsync(new MasterKeys(_bench.Master), wrong, _bench.Audit, _bench.Clock, Cancellation));
            Assert.False(refusal.MayRetry);
            Assert.False(_bench.Audit.Unwrapped[^1].Succeeded);
        }
        Assert.Equal(2, snapshot.Keys.Length);
    }

    [Fact]
    public async Task A_rotation_reaches_a_host_that_loads_again_without_opening_anew()
    {
        var keys = await _bench.NewAsync(KeyPurpose.Data);
        await using var keyring = await _bench.LoadAsync();
        var live = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var first = live.Current.Active!;
        Assert.False(await keyring.RefreshAsync(Cancellation));
        var second = await _bench.Administration.RotateAsync(KeyPurpose.Data, Cancellation);
        Assert.Same(first, live.Current.Active);
        Assert.True(await keyring.RefreshAsync(Cancellation));
        Assert.Equal(second.Id, live.Current.Active!.Id);
        Assert.Same(first, live.Current.Find(first.Id));
        Assert.Equal([second.Id, first.Id], live.Current.Lookup.Select(k => k.Id));
        Assert.Equal(first.Id, keys.Current.Active!.Id);
    }

    [Fact]
    public async Task A_retired_key_is_zeroed_and_not_before_the_last_call_with_it_has_ended()
    {
        await _bench.NewAsync(KeyPurpose.Data);
        await using var keyring = await _bench.LoadAsync();
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var first = keys.HoldActive();
        await _bench.Administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await _bench.Administration.RetireAsync(first.Id, Cancellation);
        await keyring.RefreshAsync(Cancellation);
        Assert.Null(keys.Current.Find(first.Id));
        Assert.True(first.Bytes.ContainsAnyExcept((byte)0));
        first.Release();
        Assert.False(first.Bytes.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(first.Hold);
    }

    [Fact]
    public async Task Uses_are_counted_together_and_reported_once()
    {
        await _bench.NewAsync(KeyPurpose.Data);
        await using var keyring = await _bench.LoadAsync();
        var cipher = new FieldCipher(await keyring.OpenAsync(KeyPurpose.Data, Cancellation), new FieldColumn("t", "c"), _bench.Usage);
        var blob = await cipher.EncryptAsync("x"u8.ToArray(), RowKey.Of("1"), Cancellation);
        for (var i = 0; i < 5; i++) cipher.Decrypt(blob, RowKey.Of("1"));
        Assert.Throws<FieldUnreadableException>(() => cipher.Decrypt(blob, RowKey.Of("2")));
        await keyring.ReportUseAsync(Cancellation);
        await keyring.ReportUseAsync(Cancellation);
        Assert.Equal([(KeyOperation.Encrypt, 1), (KeyOperation.Decrypt, 5), (KeyOperation.Refuse, 1)], _bench.Audit.Uses.Select(u => (u.Operation, u.Count)));
    }

    [Fact]
    public async Task What_could_not_be_reported_is_reported_the_next_time()
    {
        await _bench.NewAsync(KeyPurpose.Index);
        var audit = new DeafAudit { Deaf = false };
        await using var keyring = await LiveKeyring.LoadAsync(_bench.Store, new MasterKeys(_bench.Master), audit, _bench.Clock, Cancellation);
        var index = new BlindIndex(await keyring.OpenAsync(KeyPurpose.Index, Cancellation), "p", IndexNormalization.Exact);
        index.Compute("", "v", new byte[BlindIndex.Length]);
        audit.Deaf = true;
        await Assert.ThrowsAsync<IOException>(() => keyring.ReportUseAsync(Cancellation));
        index.Compute("", "v", new byte[BlindIndex.Length]);
        audit.Deaf = false;
        await keyring.ReportUseAsync(Cancellation);
        Assert.Equal(2, audit.Inner.Uses.Sum(u => u.Count));
    }

    [Fact]
    public async Task A_keyring_that_went_back_is_not_followed()
    {
        var store = new RestorableStore();
        var administration = new KeyAdministration(store, new MasterKeys(_bench.Master), _bench.Audit, _bench, _bench.Usage, _bench.Clock);
        await administration.CreateAsync(KeyPurpose.Data, Cancellation);
        var backup = store.Inner;
        await administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await using var keyring = await LiveKeyring.LoadAsync(store, new MasterKeys(_bench.Master), _bench.Audit, _bench.Clock, Cancellation);
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var active = keys.Current.Active;
        store.Inner = backup;
        await Assert.ThrowsAsync<KeyringException>(() => keyring.RefreshAsync(Cancellation));
        Assert.Same(active, keys.Current.Active);
    }

    [Fact]
    public async Task No_text_of_a_key_has_its_bytes()
    {
        var keys = await _bench.NewAsync(KeyPurpose.Data);
        var key = keys.Current.Active!;
        var hex = Convert.ToHexStringLower(key.Bytes);
        var texts = new StringBuilder().Append(key).Append(_bench.Master).Append((await _bench.Store.LoadAsync(Cancellation)).Keys[0]).Append(keys).Append(keys.Current).ToString();
        Assert.DoesNotContain(hex[..8], texts, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexStringLower(_bench.Master.Bytes)[..8], texts, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task After_the_end_of_a_keyring_its_keys_are_zeros()
    {
        await _bench.NewAsync(KeyPurpose.Data);
        var keyring = await _bench.LoadAsync();
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var key = keys.Current.Active!;
        await keyring.DisposeAsync();
        Assert.True(key.IsZeroed);
        Assert.Throws<ObjectDisposedException>(() => keys.HoldActive());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => keyring.OpenAsync(KeyPurpose.Index, Cancellation));
    }

    private sealed class DeafAudit : IKeyAudit
    {
        public bool Deaf { get; set; } = true;

        public MemoryKeyAudit Inner { get; } = new();

        public Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation) => Deaf ? throw new IOException("nobody listens") : Inner.UnwrappedAsync(unwrapped, cancellation);

        public Task UsedAsync(IReadOnlyList<KeyUse> uses, CancellationToken cancellation) => Deaf ? throw new IOException("nobody listens") : Inner.UsedAsync(uses, cancellation);
    }

    private sealed class RestorableStore : IKeyStore
    {
        public KeyringSnapshot Inner { get; set; } = KeyringSnapshot.Empty;

        public Task<KeyringSnapshot> LoadAsync(CancellationToken cancellation) => Task.FromResult(Inner);

        public Task<bool> TrySaveAsync(KeyringSnapshot next, IReadOnlyList<KeyChange> changes, CancellationToken cancellation)
        {
            Inner = next;
            return Task.FromResult(true);
        }
    }
}
