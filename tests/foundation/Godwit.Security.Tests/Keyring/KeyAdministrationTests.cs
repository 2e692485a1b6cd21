using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Tests.Keyring;

public sealed class KeyAdministrationTests : IDisposable
{
    private readonly KeyringBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KeyAdministration Keys => _bench.Administration;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_first_key_is_active_and_a_second_is_a_rotation()
    {
        var first = await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        Assert.Equal((1, KeyState.Active), (first.Version, first.State));
        await Assert.ThrowsAsync<KeyringException>(() => Keys.CreateAsync(KeyPurpose.Data, Cancellation));
        await Keys.CreateAsync(KeyPurpose.Index, Cancellation);
        var second = await Keys.RotateAsync(KeyPurpose.Data, Cancellation);
        Assert.Equal((2, KeyState.Active), (second.Version, second.State));
        Assert.Equal(KeyState.DecryptOnly, await _bench.StateOfAsync(first.Id));
    }

    [Fact]
    public async Task An_announced_key_becomes_active_only_when_every_host_knows_it()
    {
        var first = await Keys.CreateAsync(KeyPurpose.Token, Cancellation);
        var next = await Keys.AnnounceAsync(KeyPurpose.Token, Cancellation);
        await Assert.ThrowsAsync<KeyringException>(() => Keys.AnnounceAsync(KeyPurpose.Token, Cancellation));
        _bench.Hosts["old-host"] = next.SinceVersion - 1;
        _bench.Hosts["new-host"] = next.SinceVersion;
        var refusal = await Assert.ThrowsAsync<KeyringException>(() => Keys.ActivateAsync(next.Id, Cancellation));
        Assert.Contains("old-host", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("new-host", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.MayRetry);
        Assert.Equal(KeyState.Active, await _bench.StateOfAsync(first.Id));
        _bench.Hosts["old-host"] = next.SinceVersion;
        await Keys.ActivateAsync(next.Id, Cancellation);
        Assert.Equal(KeyState.DecryptOnly, await _bench.StateOfAsync(first.Id));
        await Assert.ThrowsAsync<KeyringException>(() => Keys.ActivateAsync(first.Id, Cancellation));
    }

    [Fact]
    public async Task A_key_that_something_needs_is_not_retired()
    {
        var first = await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        await Assert.ThrowsAsync<KeyringException>(() => Keys.RetireAsync(first.Id, Cancellation));
        await Keys.RotateAsync(KeyPurpose.Data, Cancellation);
        _bench.Users.Add("users.email: 3 rows");
        var refusal = await Assert.ThrowsAsync<KeyringException>(() => Keys.RetireAsync(first.Id, Cancellation));
        Assert.Contains("users.email: 3 rows", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(KeyState.DecryptOnly, await _bench.StateOfAsync(first.Id));
        _bench.Users.Clear();
        await Keys.RetireAsync(first.Id, Cancellation);
        Assert.Equal(KeyState.Retired, await _bench.StateOfAsync(first.Id));
        await Assert.ThrowsAsync<KeyringException>(() => Keys.ActivateAsync(first.Id, Cancellation));
    }

    [Fact]
    public async Task A_destroyed_key_has_no_bytes_left_and_was_retired_before()
    {
        var first = await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        await Keys.RotateAsync(KeyPurpose.Data, Cancellation);
        await Assert.ThrowsAsync<KeyringException>(() => Keys.DestroyAsync(first.Id, Cancellation));
        await Keys.RetireAsync(first.Id, Cancellation);
        await Keys.DestroyAsync(first.Id, Cancellation);
        Assert.Empty((await _bench.Store.LoadAsync(Cancellation)).Find(first.Id)!.Wrapped);
    }

    [Fact]
    public async Task Every_change_is_stored_with_the_keyring()
    {
        var first = await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        var second = await Keys.RotateAsync(KeyPurpose.Data, Cancellation);
        Assert.Equal(
            [(first.Id, null, KeyState.Active), (second.Id, null, KeyState.Active), (first.Id, KeyState.Active, KeyState.DecryptOnly)],
            _bench.Store.Changes.Select(c => (c.Id, c.From, c.To)));
    }

    [Fact]
    public async Task Two_administrators_at_once_make_one_rotation_after_the_other()
    {
        await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Keys.RotateAsync(KeyPurpose.Data, Cancellation), Cancellation)));
        var snapshot = await _bench.Store.LoadAsync(Cancellation);
        Assert.Equal(Enumerable.Range(1, 9), snapshot.Keys.Select(k => k.Version).Order());
        Assert.Single(snapshot.Keys, k => k.State == KeyState.Active);
    }

    [Fact]
    public async Task Every_key_goes_over_to_another_master_key_and_the_former_opens_none()
    {
        var keys = new List<KeyRecord>();
        foreach (var purpose in new[] { KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Token }) keys.Add(await Keys.CreateAsync(purpose, Cancellation));
        await Keys.RotateAsync(KeyPurpose.Data, Cancellation);
        var before = await BytesAsync(new MasterKeys(_bench.Master));
        using var next = LocalMasterKey.Create();
        Assert.Equal(4, await _bench.AdministrationUnder(new MasterKeys(next, _bench.Master)).RewrapAsync(Cancellation));
        Assert.Equal(before, await BytesAsync(new MasterKeys(next)));
        await Assert.ThrowsAsync<KeyringException>(() => BytesAsync(new MasterKeys(_bench.Master)));
    }

    [Fact]
    public async Task A_rewrap_that_was_killed_goes_on_with_what_is_left()
    {
        for (var i = 0; i < 6; i++) await Keys.CreateAsync(KeyPurpose.Of($"p{i}"), Cancellation);
        using var next = LocalMasterKey.Create();
        // Two for each key: the key's own wrapping, and the seal of the keyring that has it.
        var dying = new MasterKeys(new FailingMasterKey(next, after: 4), _bench.Master);
        await Assert.ThrowsAsync<MasterKeyException>(() => _bench.AdministrationUnder(dying).RewrapAsync(Cancellation));
        Assert.Equal(2, (await _bench.Store.LoadAsync(Cancellation)).Keys.Count(k => k.MasterKeyId == next.Id));
        Assert.Equal(4, await _bench.AdministrationUnder(new MasterKeys(next, _bench.Master)).RewrapAsync(Cancellation));
        Assert.Equal(6, (await BytesAsync(new MasterKeys(next))).Count);
    }

    [Fact]
    public async Task A_key_is_due_after_90_days_and_warned_of_two_weeks_before()
    {
        var key = await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        async Task<RotationDue> DueAsync() => (await Keys.StatusAsync(RotationPolicy.Default, Cancellation)).Single(s => s.Key.Id == key.Id).Age.Due;
        Assert.Equal(RotationDue.No, await DueAsync());
        _bench.Clock.Now += TimeSpan.FromDays(76) - TimeSpan.FromSeconds(1);
        Assert.Equal(RotationDue.No, await DueAsync());
        _bench.Clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(RotationDue.Soon, await DueAsync());
        _bench.Clock.Now += TimeSpan.FromDays(14);
        Assert.Equal(RotationDue.Overdue, await DueAsync());
        await Keys.RotateAsync(KeyPurpose.Data, Cancellation);
        Assert.Equal(RotationDue.No, await DueAsync());
    }

    [Fact]
    public async Task A_key_is_due_by_what_it_has_encrypted_too()
    {
        var key = await Keys.CreateAsync(KeyPurpose.Data, Cancellation);
        async Task<KeyAge> AgeAsync() => (await Keys.StatusAsync(RotationPolicy.Default, Cancellation)).Single(s => s.Key.Id == key.Id).Age;
        await _bench.Usage.AddAsync(key.Id, RotationPolicy.HardLimit / 4 * 3, Cancellation);
        Assert.Equal(RotationDue.Overdue, (await AgeAsync()).Due);
        await _bench.Usage.AddAsync(key.Id, RotationPolicy.HardLimit / 4, Cancellation);
        Assert.Equal((RotationDue.Exhausted, RotationPolicy.HardLimit), ((await AgeAsync()).Due, (await AgeAsync()).Values));
    }

    private async Task<List<string>> BytesAsync(MasterKeys masters)
    {
        var all = new List<string>();
        foreach (var record in (await _bench.Store.LoadAsync(Cancellation)).Keys)
        {
            using var key = await KeyWrap.OpenAsync(masters, record, _bench.Audit, _bench.Clock, Cancellation);
            all.Add(Convert.ToHexString(key.Bytes));
        }
        return all;
    }

    private sealed class FailingMasterKey(IMasterKey inner, int after) : IMasterKey
    {
        private int _left = after;

        public string Id => inner.Id;

        public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellation) =>
            _left-- > 0 ? inner.WrapAsync(key, context, cancellation) : throw new MasterKeyException("gone", mayRetry: true);

        public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellation) => inner.UnwrapAsync(wrapped, context, cancellation);
    }
}
