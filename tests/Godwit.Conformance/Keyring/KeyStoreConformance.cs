using Godwit.Security.Keyring;

namespace Godwit.Conformance.Keyring;

/// <summary>What every <see cref="IKeyStore"/> has to do. A store proves itself by a class that derives from this one.</summary>
public abstract class KeyStoreConformance
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A store with nothing in it; two calls in one test give two ways to the same one.</summary>
    protected abstract Task<IKeyStore> OpenAsync();

    /// <summary>What the store noted, in the order of noting.</summary>
    protected abstract Task<IReadOnlyList<KeyChange>> ChangesAsync();

    [Fact]
    public async Task A_new_store_has_an_empty_keyring_of_version_0()
    {
        var snapshot = await (await OpenAsync()).LoadAsync(Cancellation);
        Assert.Equal(default, snapshot.Position);
        Assert.Empty(snapshot.Keys);
    }

    [Fact]
    public async Task What_was_saved_is_loaded_whole_by_whoever_opens_it()
    {
        var first = KeyringSnapshot.Empty.With(
            [Key(KeyPurpose.Data, 1, KeyState.DecryptOnly), Key(KeyPurpose.Data, 2, KeyState.Active), Key(KeyPurpose.Of("invoices"), 1, KeyState.Announced), Key(KeyPurpose.Index, 3, KeyState.Retired)]);
        Assert.True(await (await OpenAsync()).TrySaveAsync(first, Changes(first), Cancellation));
        AssertSame(first, await (await OpenAsync()).LoadAsync(Cancellation));
    }

    [Fact]
    public async Task A_destroyed_key_has_no_bytes_and_keeps_its_place()
    {
        var store = await OpenAsync();
        var first = KeyringSnapshot.Empty.With([Key(KeyPurpose.Index, 1, KeyState.Retired)]);
        await store.TrySaveAsync(first, Changes(first), Cancellation);
        var second = first.With(first.Keys[0] with { State = KeyState.Destroyed, Wrapped = [] });
        Assert.True(await store.TrySaveAsync(second, Changes(second), Cancellation));
        AssertSame(second, await store.LoadAsync(Cancellation));
    }

    [Fact]
    public async Task Saving_over_a_version_that_has_passed_changes_nothing_and_notes_nothing()
    {
        var store = await OpenAsync();
        var first = KeyringSnapshot.Empty.With([Key(KeyPurpose.Data, 1, KeyState.Active)]);
        await store.TrySaveAsync(first, Changes(first), Cancellation);
        var late = KeyringSnapshot.Empty.With([Key(KeyPurpose.Pepper, 1, KeyState.Active)]);
        Assert.False(await store.TrySaveAsync(late, Changes(late), Cancellation));
        Assert.False(await store.TrySaveAsync(first with { Version = 3 }, [], Cancellation));
        AssertSame(first, await store.LoadAsync(Cancellation));
        Assert.Equal(Changes(first), await ChangesAsync());
    }

    [Fact]
    public async Task A_keyring_that_went_another_way_is_not_followed_by_one_that_did_not_come_of_it()
    {
        var store = await OpenAsync();
        var first = KeyringSnapshot.Empty.With([Key(KeyPurpose.Data, 1, KeyState.Active)]);
        var elsewhere = KeyringSnapshot.Empty.With(first.Keys);
        Assert.True(await store.TrySaveAsync(first, Changes(first), Cancellation));
        var stray = elsewhere.With(elsewhere.Keys[0] with { State = KeyState.DecryptOnly });
        Assert.False(await store.TrySaveAsync(stray, Changes(stray), Cancellation));
        AssertSame(first, await store.LoadAsync(Cancellation));
        var second = first.With(first.Keys[0] with { State = KeyState.DecryptOnly });
        Assert.True(await store.TrySaveAsync(second, [], Cancellation));
        var loaded = await store.LoadAsync(Cancellation);
        Assert.True(loaded.DescendsFrom(first.Position));
        Assert.False(loaded.DescendsFrom(elsewhere.Position));
    }

    [Fact]
    public async Task Every_value_of_a_key_that_changed_is_stored()
    {
        var store = await OpenAsync();
        var first = KeyringSnapshot.Empty.With([Key(KeyPurpose.Data, 1, KeyState.Active)]);
        await store.TrySaveAsync(first, Changes(first), Cancellation);
        var key = first.Keys[0];
        KeyRecord[] steps =
        [
            key = key with { State = KeyState.DecryptOnly, StateVersion = 2, ReplacedAt = s_now.AddDays(1) }, key = key with { MasterKeyId = "fedcba9876543210", Wrapped = [9, 9] },
            key = key with { State = KeyState.Retired, StateVersion = 4, RetiredAt = s_now.AddDays(2) }, key with { State = KeyState.Destroyed, StateVersion = 5, Wrapped = [] },
        ];
        var keyring = first;
        foreach (var step in steps)
        {
            keyring = keyring.With(step);
            Assert.True(await store.TrySaveAsync(keyring, [], Cancellation));
            AssertSame(keyring, await (await OpenAsync()).LoadAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Of_many_who_save_at_once_one_succeeds()
    {
        var stores = new List<IKeyStore>();
        for (var i = 0; i < 8; i++) stores.Add(await OpenAsync());
        for (var round = 0; round < 5; round++)
        {
            var before = await stores[0].LoadAsync(Cancellation);
            var saved = await Task.WhenAll(stores.Select(async store =>
            {
                await Task.Yield();
                var next = before.With([.. before.Keys, Key(KeyPurpose.Data, before.Keys.Length + 1, KeyState.DecryptOnly)]);
                return await store.TrySaveAsync(next, [Changes(next)[^1]], Cancellation) ? next : null;
            }));
            AssertSame(Assert.Single(saved.OfType<KeyringSnapshot>()), await stores[0].LoadAsync(Cancellation));
        }
        Assert.Equal(5, (await ChangesAsync()).Count);
    }

    [Fact]
    public async Task Changes_are_kept_in_their_order()
    {
        var store = await OpenAsync();
        var first = KeyringSnapshot.Empty.With([Key(KeyPurpose.Data, 1, KeyState.Active)]);
        var second = first.With(first.Keys[0] with { State = KeyState.DecryptOnly });
        await store.TrySaveAsync(first, Changes(first), Cancellation);
        await store.TrySaveAsync(second, [Changes(second)[0] with { From = KeyState.Active }], Cancellation);
        Assert.Equal([(null, KeyState.Active), (KeyState.Active, KeyState.DecryptOnly)], (await ChangesAsync()).Select(c => (c.From, c.To)));
    }

    [Fact]
    public async Task The_seal_is_kept_with_the_keyring_that_it_is_of()
    {
        var store = await OpenAsync();
        var first = KeyringSnapshot.Empty.With([Key(KeyPurpose.Data, 1, KeyState.Active)]) with { Seal = new KeyringSeal("0123456789abcdef", [1, 2, 3]) };
        Assert.True(await store.TrySaveAsync(first, Changes(first), Cancellation));
        Assert.False(await store.TrySaveAsync(first with { Seal = new KeyringSeal("0123456789abcdef", [4]) }, [], Cancellation));
        var loaded = (await (await OpenAsync()).LoadAsync(Cancellation)).Seal!;
        Assert.Equal(("0123456789abcdef", "010203"), (loaded.MasterKeyId, Convert.ToHexString(loaded.Value.AsSpan())));
        var second = first.With(first.Keys[0] with { State = KeyState.DecryptOnly });
        Assert.True(await store.TrySaveAsync(second, [], Cancellation));
        Assert.Null((await store.LoadAsync(Cancellation)).Seal);
    }

    protected static KeyRecord Key(KeyPurpose purpose, int version, KeyState state) => new()
    {
        Id = KeyId.Create(TimeProvider.System), Purpose = purpose, Version = version, State = state, CreatedAt = s_now,
        ActivatedAt = state == KeyState.Announced ? null : s_now.AddMinutes(1), ReplacedAt = state == KeyState.DecryptOnly ? s_now.AddDays(90) : null,
        RetiredAt = state is KeyState.Retired or KeyState.Destroyed ? s_now.AddDays(120) : null, SinceVersion = 10 + version, StateVersion = 20 + (int)state,
        MasterKeyId = $"0123456789abcde{version}", Wrapped = [1, 2, 3, (byte)version],
    };

    private static List<KeyChange> Changes(KeyringSnapshot snapshot) => [.. snapshot.Keys.Select(k => new KeyChange(k.Id, k.Purpose, k.Version, null, k.State, k.MasterKeyId, s_now))];

    private static void AssertSame(KeyringSnapshot expected, KeyringSnapshot actual)
    {
        Assert.Equal(expected.Version, actual.Version);
        Assert.Equal(expected.Lineage.ToArray(), actual.Lineage.ToArray());
        Assert.Equal(expected.Keys.Select(k => k with { Wrapped = [] }), actual.Keys.Select(k => k with { Wrapped = [] }));
        Assert.Equal(expected.Keys.Select(k => k.Wrapped.ToArray()), actual.Keys.Select(k => k.Wrapped.ToArray()));
    }
}
