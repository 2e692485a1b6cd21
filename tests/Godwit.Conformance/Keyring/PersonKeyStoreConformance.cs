using System.Collections.Immutable;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Conformance.Keyring;

/// <summary>What every <see cref="IPersonKeyStore"/> has to do.</summary>
public abstract class PersonKeyStoreConformance
{
    private readonly KeyId _wrapper = KeyId.Create(TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A store with nothing in it; two calls in one test give two ways to the same one.</summary>
    protected abstract Task<IPersonKeyStore> OpenAsync();

    [Fact]
    public async Task A_key_that_was_added_is_found_by_whoever_opens_the_store()
    {
        var key = Key("o'hara \u00e9", 1);
        Same(key, await (await OpenAsync()).AddAsync(key, Cancellation));
        Same(key, await (await OpenAsync()).FindAsync(key.Person, Cancellation));
        Assert.Null(await (await OpenAsync()).FindAsync("o'hara", Cancellation));
    }

    [Fact]
    public async Task Of_many_who_add_a_persons_first_key_all_get_the_same()
    {
        var given = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var store = await OpenAsync();
            await Task.Yield();
            return await store.AddAsync(Key("p", (byte)i), Cancellation);
        }));
        Assert.Single(given.Select(k => k!.KeyId).Distinct());
    }

    [Fact]
    public async Task A_shredded_person_has_no_key_and_gets_no_other()
    {
        var store = await OpenAsync();
        var key = Key("p", 1);
        await store.AddAsync(key, Cancellation);
        Assert.True(await store.ShredAsync("p", Cancellation));
        Assert.Null(await store.FindAsync("p", Cancellation));
        Assert.Null(await store.AddAsync(Key("p", 2), Cancellation));
        Assert.Null(await store.FindAsync("p", Cancellation));
        Assert.False(await store.TryReplaceAsync(key, key with { Wrapped = [9] }, Cancellation));
        Assert.False(await store.ShredAsync("p", Cancellation));
    }

    [Fact]
    public async Task Of_an_adding_and_a_shredding_at_once_the_shredding_stays()
    {
        for (var round = 0; round < 20; round++)
        {
            var person = $"p{round}";
            var (one, two) = (await OpenAsync(), await OpenAsync());
            await Task.WhenAll(
                Task.Run(() => one.AddAsync(Key(person, 1), Cancellation), Cancellation), Task.Run(() => two.ShredAsync(person, Cancellation), Cancellation),
                Task.Run(() => one.AddAsync(Key(person, 2), Cancellation), Cancellation));
            Assert.Null(await one.FindAsync(person, Cancellation));
            Assert.Null(await two.AddAsync(Key(person, 3), Cancellation));
        }
        Assert.Empty(await (await OpenAsync()).WrappedByAsync(_wrapper, 100, Cancellation));
    }

    [Fact]
    public async Task Of_a_replacing_and_a_shredding_at_once_the_shredding_stays()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = Key($"p{round}", 1);
            var (one, two) = (await OpenAsync(), await OpenAsync());
            await one.AddAsync(key, Cancellation);
            await Task.WhenAll(
                Task.Run(() => one.TryReplaceAsync(key, key with { Wrapped = [7, 7] }, Cancellation), Cancellation), Task.Run(() => two.ShredAsync(key.Person, Cancellation), Cancellation));
            Assert.Null(await two.FindAsync(key.Person, Cancellation));
            Assert.False(await one.TryReplaceAsync(key, key with { Wrapped = [8] }, Cancellation));
        }
        Assert.Empty(await (await OpenAsync()).WrappedByAsync(_wrapper, 100, Cancellation));
    }

    [Fact]
    public async Task A_person_without_a_key_can_be_shredded_in_advance()
    {
        var store = await OpenAsync();
        Assert.False(await store.ShredAsync("p", Cancellation));
        Assert.Null(await store.AddAsync(Key("p", 1), Cancellation));
    }

    [Fact]
    public async Task A_key_is_replaced_only_where_it_is_still_as_it_was()
    {
        var store = await OpenAsync();
        var key = Key("p", 1);
        var other = KeyId.Create(TimeProvider.System);
        var next = key with { WrappedBy = other, Wrapped = [7, 7] };
        await store.AddAsync(key, Cancellation);
        Assert.False(await store.TryReplaceAsync(key with { Wrapped = [8] }, next, Cancellation));
        Same(key, await store.FindAsync("p", Cancellation));
        Assert.True(await store.TryReplaceAsync(key, next, Cancellation));
        Same(next, await store.FindAsync("p", Cancellation));
        Assert.False(await store.TryReplaceAsync(key, next, Cancellation));
    }

    [Fact]
    public async Task Keys_are_listed_by_what_wraps_them_up_to_a_number()
    {
        var store = await OpenAsync();
        for (byte i = 0; i < 5; i++) await store.AddAsync(Key($"p{i}", i), Cancellation);
        await store.AddAsync(Key("else", 9) with { WrappedBy = KeyId.Create(TimeProvider.System) }, Cancellation);
        Assert.Equal(3, (await store.WrappedByAsync(_wrapper, 3, Cancellation)).Count);
        Assert.Equal(["p0", "p1", "p2", "p3", "p4"], (await store.WrappedByAsync(_wrapper, 100, Cancellation)).Select(k => k.Person).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_many_keys_added_at_once_those_that_are_there_count_and_who_was_shredded_gets_none()
    {
        var store = await OpenAsync();
        var there = Key("there", 1);
        await store.AddAsync(there, Cancellation);
        await store.ShredAsync("shredded", Cancellation);
        PersonKeyRecord[] records = [Key("new", 2), Key("there", 3), Key("shredded", 4)];
        var stored = await (await OpenAsync()).AddAsync(records, Cancellation);
        Assert.Equal(["new", "there"], stored.Select(k => k.Person).Order(StringComparer.Ordinal));
        Same(there, stored.Single(k => k.Person == "there"));
        Same(records[0], await store.FindAsync("new", Cancellation));
        Assert.Equal(["new", "there"], (await store.FindAsync(["new", "nobody", "shredded", "there"], Cancellation)).Select(k => k.Person).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_who_add_many_at_once_get_the_same_keys()
    {
        string[] persons = [.. Enumerable.Range(0, 200).Select(i => $"p{i}")];
        var given = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            var store = await OpenAsync();
            await Task.Yield();
            return await store.AddAsync([.. (i % 2 == 0 ? persons : persons.Reverse()).Select(p => Key(p, (byte)i))], Cancellation);
        }));
        Assert.All(given, g => Assert.Equal(persons.Length, g.Count));
        Assert.Equal(persons.Length, given.SelectMany(g => g).Select(k => k.KeyId).Distinct().Count());
    }

    private PersonKeyRecord Key(string person, byte mark) => new(person, KeyId.Create(TimeProvider.System), _wrapper, ImmutableArray.Create<byte>(mark, 2, 3));

    private static void Same(PersonKeyRecord expected, PersonKeyRecord? actual)
    {
        Assert.Equal(expected with { Wrapped = [] }, actual! with { Wrapped = [] });
        Assert.Equal(expected.Wrapped.ToArray(), actual.Wrapped.ToArray());
    }
}
