using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Security.Tests.Keyring.Persons;

public sealed class PersonKeysTests : IAsyncLifetime
{
    private readonly KeyringBench _bench = new();
    private readonly MemoryPersonKeyStore _store = new();
    private LiveKeyring _keyring = null!;
    private PersonKeys _persons = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _bench.Administration.CreateAsync(KeyPurpose.Person, Cancellation);
        _keyring = await _bench.LoadAsync();
        _persons = new PersonKeys(_store, await _keyring.OpenAsync(KeyPurpose.Person, Cancellation), _bench.Audit, _bench.Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_person_has_one_key_that_opens_what_it_encrypted()
    {
        var blob = await EncryptAsync("ann", "value");
        Assert.Equal("value", await DecryptAsync("ann", blob));
        await EncryptAsync("bob", "other");
        await Assert.ThrowsAsync<FieldUnreadableException>(() => DecryptAsync("bob", blob));
        Assert.Null(await _persons.OpenAsync("eve", Cancellation));
    }

    [Fact]
    public async Task Shredding_leaves_nothing_that_opens_and_no_way_to_begin_anew()
    {
        await EncryptAsync("ann", "value");
        var other = await EncryptAsync("bob", "value");
        Assert.True(await _persons.ShredAsync("ann", Cancellation));
        Assert.Null(await _persons.OpenAsync("ann", Cancellation));
        var refusal = await Assert.ThrowsAsync<KeyringException>(() => _persons.OpenOrCreateAsync("ann", Cancellation));
        Assert.DoesNotContain("ann", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("value", await DecryptAsync("bob", other));
    }

    [Fact]
    public async Task A_persons_wrapped_key_in_anothers_row_does_not_open()
    {
        await EncryptAsync("ann", "value");
        var record = (await _store.FindAsync("ann", Cancellation))!;
        await _store.AddAsync(record with { Person = "bob" }, Cancellation);
        await Assert.ThrowsAsync<KeyringException>(() => _persons.OpenAsync("bob", Cancellation));
    }

    [Fact]
    public async Task Rotating_the_wrapping_key_touches_no_value_and_frees_the_former()
    {
        var blobs = new Dictionary<string, byte[]>();
        for (var i = 0; i < 30; i++) blobs[$"p{i}"] = await EncryptAsync($"p{i}", $"value {i}");
        var former = (await _store.FindAsync("p0", Cancellation))!.WrappedBy;
        await _bench.Administration.RotateAsync(KeyPurpose.Person, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        await _persons.ShredAsync("p29", Cancellation);
        Assert.Equal(29, await _persons.RewrapAsync(former, Cancellation));
        Assert.Equal(0, await _persons.RewrapAsync(former, Cancellation));
        await _bench.Administration.RetireAsync(former, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        for (var i = 0; i < 29; i++) Assert.Equal($"value {i}", await DecryptAsync($"p{i}", blobs[$"p{i}"]));
    }

    [Fact]
    public async Task Each_opening_of_a_persons_key_is_noted_before_it_is_given_out_and_its_uses_after()
    {
        var blob = await EncryptAsync("ann", "value");
        var (id, wrapper) = (await _store.FindAsync("ann", Cancellation)) is { } stored ? (stored.KeyId, stored.WrappedBy.ToString()) : default;
        Assert.DoesNotContain(_bench.Audit.Unwrapped, u => u.Id == id);
        await using (var key = (await _persons.OpenAsync("ann", Cancellation))!)
        {
            var noted = Assert.Single(_bench.Audit.Unwrapped, u => u.Id == id);
            Assert.Equal((KeyPurpose.PersonData, true, wrapper), (noted.Purpose, noted.Succeeded, noted.MasterKeyId));
            new FieldCipher(key.Keys, new FieldColumn("people", "note"), _bench.Usage).Decrypt(blob, RowKey.Of("1"));
            Assert.DoesNotContain(_bench.Audit.Uses, u => u.Operation == KeyOperation.Decrypt);
        }
        // Encrypting was in an opening that was disposed of without waiting: it is noted together with this one.
        Assert.Equal([(id, KeyOperation.Encrypt, 1), (id, KeyOperation.Decrypt, 1)], _bench.Audit.Uses.Select(u => (u.Id, u.Operation, u.Count)));
        await _persons.ReportUseAsync(Cancellation);
        Assert.Equal(2, _bench.Audit.Uses.Count);
        await _keyring.ReportUseAsync(Cancellation);
        Assert.Equal([(KeyOperation.Wrap, 1), (KeyOperation.Unwrap, 1)], _bench.Audit.Uses.Skip(2).Select(u => (u.Operation, u.Count)));
    }

    [Fact]
    public async Task A_persons_key_whose_opening_cannot_be_noted_is_not_given_out_and_a_failed_one_is_noted()
    {
        await EncryptAsync("ann", "value");
        var deaf = new PersonKeys(_store, await _keyring.OpenAsync(KeyPurpose.Person, Cancellation), new DeafAudit(), _bench.Clock);
        await Assert.ThrowsAsync<IOException>(() => deaf.OpenAsync("ann", Cancellation));
        var record = (await _store.FindAsync("ann", Cancellation))!;
        await _store.AddAsync(record with { Person = "bob" }, Cancellation);
        await Assert.ThrowsAsync<KeyringException>(() => _persons.OpenAsync("bob", Cancellation));
        Assert.False(_bench.Audit.Unwrapped[^1].Succeeded);
    }

    [Fact]
    public async Task A_persons_key_that_does_not_unwrap_holds_up_none_of_the_others()
    {
        for (var i = 0; i < 20; i++) await EncryptAsync($"p{i:D2}", "value");
        var former = (await _store.FindAsync("p00", Cancellation))!.WrappedBy;
        var damaged = new List<string>();
        foreach (var person in new[] { "p00", "p07" })
        {
            var record = (await _store.FindAsync(person, Cancellation))!;
            await _store.TryReplaceAsync(record, record with { Wrapped = record.Wrapped.SetItem(40, (byte)(record.Wrapped[40] ^ 1)) }, Cancellation);
            damaged.Add(record.KeyId.ToString());
        }
        await _bench.Administration.RotateAsync(KeyPurpose.Person, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        var refusal = await Assert.ThrowsAsync<KeyringException>(() => _persons.RewrapAsync(former, Cancellation));
        Assert.All(damaged, id => Assert.Contains(id, refusal.Message, StringComparison.Ordinal));
        Assert.Equal(["p00", "p07"], (await _store.WrappedByAsync(former, 100, Cancellation)).Select(r => r.Person));
        Assert.Equal(18, (await _store.WrappedByAsync((await _store.FindAsync("p01", Cancellation))!.WrappedBy, 100, Cancellation)).Count);
    }

    /// <summary>What an older copy of the table still opens with the wrapping key, it opens no more when that is gone.</summary>
    [Fact]
    public async Task Erasing_ends_with_the_former_wrapping_key()
    {
        var blob = await EncryptAsync("bob", "value");
        await EncryptAsync("ann", "value");
        var copy = (await _store.FindAsync("ann", Cancellation))!;
        await _persons.ShredAsync("ann", Cancellation);
        var restored = new MemoryPersonKeyStore();
        await restored.AddAsync(copy, Cancellation);
        var thief = new PersonKeys(restored, await _keyring.OpenAsync(KeyPurpose.Person, Cancellation), _bench.Audit, _bench.Clock);
        (await thief.OpenAsync("ann", Cancellation))!.Dispose();
        await _bench.Administration.RotateAsync(KeyPurpose.Person, Cancellation);
        await _keyring.RefreshAsync(Cancellation);
        _bench.Hosts["other-host"] = _keyring.Version;
        var refusal = await Assert.ThrowsAsync<KeyringException>(() => _persons.DestroyFormerAsync(copy.WrappedBy, _bench.Administration, Cancellation));
        Assert.True(refusal.MayRetry);
        Assert.Equal(KeyState.Retired, await _bench.StateOfAsync(copy.WrappedBy));
        await _keyring.RefreshAsync(Cancellation);
        _bench.Hosts["other-host"] = _keyring.Version;
        await _persons.DestroyFormerAsync(copy.WrappedBy, _bench.Administration, Cancellation);
        await _persons.DestroyFormerAsync(copy.WrappedBy, _bench.Administration, Cancellation);
        Assert.Equal(KeyState.Destroyed, await _bench.StateOfAsync(copy.WrappedBy));
        await Assert.ThrowsAsync<KeyringException>(() => thief.OpenAsync("ann", Cancellation));
        Assert.Equal("value", await DecryptAsync("bob", blob));
    }

    [Fact]
    public async Task After_a_restore_the_register_erases_again()
    {
        var register = new ListedErasures();
        foreach (var person in new[] { "ann", "bob", "eve" }) await EncryptAsync(person, "value");
        var backup = await _store.WrappedByAsync((await _store.FindAsync("ann", Cancellation))!.WrappedBy, 100, Cancellation);
        await _persons.ShredAsync("ann", register, Cancellation);
        await _persons.ShredAsync("bob", register, Cancellation);
        var restored = new MemoryPersonKeyStore();
        foreach (var record in backup) await restored.AddAsync(record, Cancellation);
        var persons = new PersonKeys(restored, await _keyring.OpenAsync(KeyPurpose.Person, Cancellation), _bench.Audit, _bench.Clock);
        Assert.Equal(2, await persons.ReplayAsync(register, Cancellation));
        Assert.Equal(0, await persons.ReplayAsync(register, Cancellation));
        Assert.Null(await persons.OpenAsync("ann", Cancellation));
        await Assert.ThrowsAsync<KeyringException>(() => persons.OpenOrCreateAsync("bob", Cancellation));
        (await persons.OpenAsync("eve", Cancellation))!.Dispose();
    }

    [Fact]
    public async Task Persons_keys_are_wrapped_by_keys_for_that_alone_and_their_ids_are_text()
    {
        var data = await _bench.NewAsync(KeyPurpose.Data);
        Assert.Throws<ArgumentException>(() => new PersonKeys(_store, data, _bench.Audit, _bench.Clock));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _persons.OpenOrCreateAsync("\ud800", Cancellation));
    }

    [Fact]
    public async Task Many_hosts_that_meet_a_person_first_agree_on_one_key()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(
            async () =>
            {
                using var key = await _persons.OpenOrCreateAsync("new", Cancellation);
                return key.Id;
            },
            Cancellation)));
        Assert.Single(ids.Distinct());
    }

    private sealed class DeafAudit : IKeyAudit
    {
        public Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation) => throw new IOException("nobody listens");

        public Task UnwrappedAsync(IReadOnlyList<KeyUnwrapped> unwrapped, CancellationToken cancellation) => throw new IOException("nobody listens");

        public Task UsedAsync(IReadOnlyList<KeyUse> uses, CancellationToken cancellation) => throw new IOException("nobody listens");
    }

    private sealed class ListedErasures : IErasureRegister
    {
        private readonly List<string> _persons = [];

        public Task AddAsync(string person, CancellationToken cancellation)
        {
            _persons.Add(person);
            return Task.CompletedTask;
        }

        public IAsyncEnumerable<string> ListAsync(CancellationToken cancellation) => _persons.ToAsyncEnumerable();
    }

    private async Task<byte[]> EncryptAsync(string person, string value)
    {
        using var key = await _persons.OpenOrCreateAsync(person, Cancellation);
        return await new FieldCipher(key.Keys, new FieldColumn("people", "note"), _bench.Usage).EncryptAsync(System.Text.Encoding.UTF8.GetBytes(value), RowKey.Of("1"), Cancellation);
    }

    private async Task<string> DecryptAsync(string person, byte[] blob)
    {
        using var key = await _persons.OpenAsync(person, Cancellation);
        return System.Text.Encoding.UTF8.GetString(new FieldCipher(key!.Keys, new FieldColumn("people", "note"), _bench.Usage).Decrypt(blob, RowKey.Of("1")));
    }
}
