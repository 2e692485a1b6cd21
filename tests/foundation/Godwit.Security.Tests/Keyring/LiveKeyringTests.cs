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
    public async Task A_keyring_that_was_restored_and_changed_again_is_not_followed_under_the_number_of_another()
    {
        var store = new RestorableStore();
        var administration = new KeyAdministration(store, new MasterKeys(_bench.Master), _bench.Audit, _bench, _bench.Usage, _bench.Clock);
        await administration.CreateAsync(KeyPurpose.Data, Cancellation);
        var backup = store.Inner;
        await administration.AnnounceAsync(KeyPurpose.Data, Cancellation);
        await using var keyring = await LiveKeyring.LoadAsync(store, new MasterKeys(_bench.Master), _bench.Audit, _bench.Clock, Cancellation);
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var (set, position) = (keys.Current, keyring.Position);
        store.Inner = backup;
        await administration.AnnounceAsync(KeyPurpose.Data, Cancellation);
        Assert.Equal(position.Version, store.Inner.Version);
        await Assert.ThrowsAsync<KeyringException>(() => keyring.RefreshAsync(Cancellation));
        await administration.CreateAsync(KeyPurpose.Index, Cancellation);
        await Assert.ThrowsAsync<KeyringException>(() => keyring.RefreshAsync(Cancellation));
        Assert.Same(set, keys.Current);
        // What it acknowledges is none of the keyring's now, whatever its number.
        Assert.Equal(position, keyring.Position);
        Assert.False(store.Inner.DescendsFrom(keyring.Position));
    }

    [Fact]
    public async Task A_host_follows_over_many_changes_at_once_as_far_as_the_keyring_remembers()
    {
        await _bench.NewAsync(KeyPurpose.Data);
        await using var keyring = await _bench.LoadAsync();
        var (snapshot, first) = (await _bench.Store.LoadAsync(Cancellation), keyring.Position);
        for (var i = 1; i < KeyringSnapshot.LongestLineage; i++)
        {
            snapshot = await KeyringSeal.PutAsync(snapshot.With(snapshot.Keys), new MasterKeys(_bench.Master), Cancellation);
            Assert.True(await _bench.Store.TrySaveAsync(snapshot, [], Cancellation));
        }
        Assert.Equal(KeyringSnapshot.LongestLineage, snapshot.Lineage.Length);
        Assert.True(await keyring.RefreshAsync(Cancellation));
        Assert.Equal(snapshot.Position, keyring.Position);
        Assert.False(snapshot.With(snapshot.Keys).DescendsFrom(first));
    }

    [Fact]
    public async Task A_key_that_was_set_back_by_hand_is_not_taken()
    {
        var store = new RestorableStore();
        var administration = new KeyAdministration(store, new MasterKeys(_bench.Master), _bench.Audit, _bench, _bench.Usage, _bench.Clock);
        var first = await administration.CreateAsync(KeyPurpose.Data, Cancellation);
        await administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await administration.RetireAsync(first.Id, Cancellation);
        await using var keyring = await LiveKeyring.LoadAsync(store, new MasterKeys(_bench.Master), _bench.Audit, _bench.Clock, Cancellation);
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        store.Inner = store.Inner.With(store.Inner.Find(first.Id)! with { State = KeyState.DecryptOnly });
        Assert.Contains(first.Id.ToString(), (await Assert.ThrowsAsync<KeyringException>(() => keyring.RefreshAsync(Cancellation))).Message, StringComparison.Ordinal);
        store.Inner = store.Inner.With(store.Inner.Keys.Where(k => k.Id != first.Id));
        await Assert.ThrowsAsync<KeyringException>(() => keyring.RefreshAsync(Cancellation));
        Assert.Null(keys.Current.Find(first.Id));
    }

    [Fact]
    public async Task A_newer_keyring_is_acknowledged_when_what_was_begun_under_the_former_is_stored()
    {
        await _bench.NewAsync(KeyPurpose.Data);
        await using var keyring = await _bench.LoadAsync();
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var before = keyring.Position;
        var write = keys.BeginWrite();
        var first = keys.Current.Active!.Id;
        await _bench.Administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await keyring.RefreshAsync(Cancellation);
        using (keys.BeginWrite())
        {
            Assert.NotEqual(first, keys.Current.Active!.Id);
            Assert.Equal(before, keyring.Position);
            _bench.Hosts["this-host"] = keyring.Version;
            await Assert.ThrowsAsync<KeyringException>(() => _bench.Administration.RetireAsync(first, Cancellation));
            write.Dispose();
            write.Dispose();
            Assert.Equal((await _bench.Store.LoadAsync(Cancellation)).Position, keyring.Position);
        }
        _bench.Hosts["this-host"] = keyring.Version;
        await _bench.Administration.RetireAsync(first, Cancellation);
    }

    [Fact]
    public async Task Uses_of_a_key_that_was_given_up_under_a_call_are_reported_too()
    {
        await _bench.NewAsync(KeyPurpose.Data);
        await using var keyring = await _bench.LoadAsync();
        var keys = await keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var first = keys.HoldActive();
        await _bench.Administration.RotateAsync(KeyPurpose.Data, Cancellation);
        await _bench.Administration.RetireAsync(first.Id, Cancellation);
        await keyring.RefreshAsync(Cancellation);
        first.Count(KeyOperation.Encrypt);
        await keyring.ReportUseAsync(Cancellation);
        Assert.Empty(_bench.Audit.Uses);
        first.Release();
        await keyring.ReportUseAsync(Cancellation);
        Assert.Equal((first.Id, 1), (Assert.Single(_bench.Audit.Uses).Id, _bench.Audit.Uses[0].Count));
    }

    [Fact]
    public async Task No_text_of_a_key_has_its_bytes()
    {
        var keys = await _bench.NewAsync(KeyPurpose.Data);
        var key = keys.Current.Active!;
        var hex = Convert.ToHexStringLower(key.Bytes);
        var texts = new StringBuilder().Append(key).Append(_bench.Master).Append((await _bench.Store.LoadAsync(Cancellation)).Keys[0]).Append(keys).Append(keys.Current).ToString();
        Assert.DoesNotContain(hex[..8], texts, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexStringLower(_bench.Master.Copy())[..8], texts, StringComparison.OrdinalIgnoreCase);
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
        Assert.Throws<ObjectDisposedException>(() => keys.BeginWrite());
        Assert.Empty(keys.Current.All);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => keyring.OpenAsync(KeyPurpose.Index, Cancellation));
    }

    private sealed class DeafAudit : IKeyAudit
    {
        public bool Deaf { get; set; } = true;

        public MemoryKeyAudit Inner { get; } = new();

        public Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation) => Deaf ? throw new IOException("nobody listens") : Inner.UnwrappedAsync(unwrapped, cancellation);

        public Task UnwrappedAsync(IReadOnlyList<KeyUnwrapped> unwrapped, CancellationToken cancellation) => Deaf ? throw new IOException("nobody listens") : Inner.UnwrappedAsync(unwrapped, cancellation);

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
