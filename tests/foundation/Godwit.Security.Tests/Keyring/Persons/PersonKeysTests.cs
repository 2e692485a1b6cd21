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
        _persons = new PersonKeys(_store, await _keyring.OpenAsync(KeyPurpose.Person, Cancellation), _bench.Clock);
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
