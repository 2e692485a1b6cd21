using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Godwit.Security.Framing;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring.Persons;

/// <summary>
/// A data key for each person, wrapped by the keyring's key for <see cref="KeyPurpose.Person"/>: rotating that one, or the master key, touches no value. Deleting a person's key shreds what was
/// encrypted with it for whoever has only the stores of now. Who has an older copy of the table too - a backup, a standby that lags, the pages and the log of a database that were not overwritten
/// yet - and the key that wraps, opens it still. That ends with <see cref="DestroyFormerAsync"/>: the keys of all who are left go under a new wrapping key, and the former one is destroyed. It is then
/// only in backups of the keyring, whose age is the time that an erasure may take. After a restore the erasures are done again from <see cref="IErasureRegister"/>, which no backup holds.
/// </summary>
/// <param name="store">Where the keys are.</param>
/// <param name="wrapping">The keyring's keys for persons.</param>
/// <param name="audit">Where each unwrapping of a person's key is noted before it is given out, and its uses.</param>
/// <param name="time">The time.</param>
public sealed class PersonKeys(IPersonKeyStore store, PurposeKeys wrapping, IKeyAudit audit, TimeProvider time)
{
    public const int LongestPerson = 200;

    /// <summary>Values that one opening of a person's key may encrypt: nobody opens it so often that all of them together come near to what a key may.</summary>
    private const int ValuesPerOpening = 1 << 16;

    private const int RewrapBatch = 500, MostInVain = 5, MostNamed = 10;

    private readonly PurposeKeys _wrapping = wrapping.Purpose == KeyPurpose.Person ? wrapping : throw new ArgumentException("these keys wrap no persons' keys", nameof(wrapping));
    private readonly Lock _counting = new();
    private readonly List<KeyUse> _unreported = [];

    /// <summary>The person's key, made when there is none yet.</summary>
    /// <exception cref="KeyringException">The person was shredded, or the key does not unwrap.</exception>
    public async Task<PersonKey> OpenOrCreateAsync(string person, CancellationToken cancellation)
    {
        if (await OpenAsync(person, cancellation) is { } existing) return existing;
        var bytes = GC.AllocateUninitializedArray<byte>(KeyMaterial.Length, pinned: true);
        // Until the key is stored, this host acknowledges no keyring in which the wrapping key has another state.
        using var write = _wrapping.BeginWrite();
        var wrapper = _wrapping.HoldActive();
        try
        {
            RandomNumberGenerator.Fill(bytes);
            var id = KeyId.Create(time);
            var record = new PersonKeyRecord(person, id, wrapper.Id, ImmutableCollectionsMarshal.AsImmutableArray(await WrapAsync(wrapper, bytes, Context(person, id), cancellation)));
            var stored = await store.AddAsync(record, cancellation) ?? throw new KeyringException("the person's key was shredded: nothing is encrypted for this person any more");
            // Another host may have been first: its key counts, and ours was never used.
            return stored.KeyId == id ? Give(id, bytes) : await UnwrapAsync(stored, cancellation);
        }
        finally
        {
            wrapper.Release();
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <returns>Null when there is no key: nothing was ever encrypted for this person, or it was shredded.</returns>
    /// <exception cref="KeyringException">The key does not unwrap.</exception>
    public async Task<PersonKey?> OpenAsync(string person, CancellationToken cancellation)
    {
        if (person.Length is 0 or > LongestPerson) throw new ArgumentException($"a person's id has 1 to {LongestPerson} characters", nameof(person));
        KeyId? missing = null;
        while (await store.FindAsync(person, cancellation) is { } record)
        {
            try
            {
                return await UnwrapAsync(record, cancellation);
            }
            catch (KeyringException e) when (e.MayRetry && missing != record.WrappedBy)
            {
                // Its wrapping key may have been retired after this record was read: then another wraps it now.
                missing = record.WrappedBy;
            }
        }
        return null;
    }

    /// <summary>The keys of many persons at once.</summary>
    /// <param name="persons">Their ids.</param>
    /// <param name="create">Whether those who have none get one.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The keys of those who have one; dispose of them soon. Who was shredded has none, and gets none.</returns>
    /// <exception cref="KeyringException">A key does not unwrap.</exception>
    public async Task<PersonKeyBatch> OpenAsync(IReadOnlyCollection<string> persons, bool create, CancellationToken cancellation)
    {
        string[] asked = [.. persons.Distinct(StringComparer.Ordinal)];
        if (Array.Exists(asked, p => p.Length is 0 or > LongestPerson)) throw new ArgumentException($"a person's id has 1 to {LongestPerson} characters", nameof(persons));
        var batch = new PersonKeyBatch();
        try
        {
            var records = await store.FindAsync(asked, cancellation);
            if (create && records.Count < asked.Length) await CreateAsync(batch, [.. asked.Except(records.Select(r => r.Person), StringComparer.Ordinal)], cancellation);
            await UnwrapAsync(batch, records, cancellation);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the person's key. Nobody opens it any more; hosts that have it open now finish what they do with it.</summary>
    /// <returns>Whether there was a key.</returns>
    public Task<bool> ShredAsync(string person, CancellationToken cancellation) => store.ShredAsync(person, cancellation);

    /// <summary>The same, after noting the person in the register: killed in between, <see cref="ReplayAsync"/> shreds.</summary>
    /// <returns>Whether there was a key.</returns>
    public async Task<bool> ShredAsync(string person, IErasureRegister register, CancellationToken cancellation)
    {
        await register.AddAsync(person, cancellation);
        return await store.ShredAsync(person, cancellation);
    }

    /// <summary>
    /// Wraps every person's key that <paramref name="former"/> wraps under the active one, and so frees <paramref name="former"/> to be retired. Killed anywhere, the next call goes on with those
    /// that are left. A key that does not unwrap holds up none of the others.
    /// </summary>
    /// <returns>How many were wrapped anew.</returns>
    /// <exception cref="KeyringException">Some do not unwrap, and are as they were; all others were wrapped anew.</exception>
    public async Task<long> RewrapAsync(KeyId former, CancellationToken cancellation)
    {
        if (_wrapping.Current.Active?.Id == former) throw new ArgumentException("the key is the active one", nameof(former));
        long done = 0;
        var inVain = 0;
        var failed = new HashSet<KeyId>();
        KeyringException? first = null;
        while (true)
        {
            List<PersonKeyRecord> batch = [.. (await store.WrappedByAsync(former, RewrapBatch + failed.Count, cancellation)).Where(r => !failed.Contains(r.KeyId))];
            if (batch.Count == 0) break;
            var before = done + failed.Count;
            foreach (var record in batch)
            {
                try
                {
                    if (await RewrapAsync(record, cancellation)) done++;
                }
                catch (KeyringException e) when (!e.MayRetry)
                {
                    failed.Add(record.KeyId);
                    first ??= e;
                }
            }
            // Others may have changed or shredded what was listed; what is listed again and again and never replaced is stuck.
            inVain = done + failed.Count == before ? inVain + 1 : 0;
            if (inVain == MostInVain) throw new KeyringException("persons' keys cannot be wrapped anew: the store lists them and does not replace them", mayRetry: true);
        }
        if (first is null) return done;
        var named = string.Join(", ", failed.Take(MostNamed)) + (failed.Count > MostNamed ? ", ..." : "");
        throw new KeyringException(
            $"{done} persons' keys were wrapped anew, and {failed.Count} do not unwrap: {named}. Bring their rows back from a backup, or shred those persons", mayRetry: false, first);
    }

    /// <summary>
    /// The last step of erasing: wraps the keys of all who are left under the active key, then retires and destroys <paramref name="former"/>, after which no older copy of the table opens for
    /// anybody. Rotate the key for persons before. Every step asks first who is behind; interrupted or refused, the next call goes on.
    /// </summary>
    /// <exception cref="KeyringException">A host has yet to load the keyring (then the same call succeeds later), or persons' keys do not unwrap.</exception>
    public async Task DestroyFormerAsync(KeyId former, KeyAdministration administration, CancellationToken cancellation)
    {
        var state = await administration.StateOfAsync(former, cancellation);
        if (state == KeyState.DecryptOnly)
        {
            await RewrapAsync(former, cancellation);
            state = (await administration.RetireAsync(former, cancellation)).State;
        }
        if (state == KeyState.Destroyed) return;
        if ((await store.WrappedByAsync(former, 1, cancellation)).Count > 0) throw new KeyringException($"key {former} still wraps persons' keys although it is {state}: it stays");
        await administration.DestroyAsync(former, cancellation);
    }

    /// <summary>Shreds everybody in the register once more: after a restore, before anybody is let in.</summary>
    /// <returns>How many had a key again.</returns>
    public async Task<long> ReplayAsync(IErasureRegister register, CancellationToken cancellation)
    {
        long again = 0;
        await foreach (var person in register.ListAsync(cancellation))
        {
            if (await store.ShredAsync(person, cancellation)) again++;
        }
        return again;
    }

    /// <summary>Notes the uses of persons' keys that were disposed of since the last time. What cannot be noted is kept for the next time.</summary>
    public async Task ReportUseAsync(CancellationToken cancellation)
    {
        List<KeyUse> uses;
        lock (_counting)
        {
            uses = [.. _unreported];
            _unreported.Clear();
        }
        if (uses.Count == 0) return;
        try
        {
            await audit.UsedAsync(uses, cancellation);
        }
        catch
        {
            // They are noted the next time.
            lock (_counting) _unreported.InsertRange(0, uses);
            throw;
        }
    }

    private async Task<bool> RewrapAsync(PersonKeyRecord record, CancellationToken cancellation)
    {
        var bytes = await BytesAsync(record, cancellation);
        using var write = _wrapping.BeginWrite();
        var wrapper = _wrapping.HoldActive();
        try
        {
            var wrapped = await WrapAsync(wrapper, bytes, Context(record.Person, record.KeyId), cancellation);
            return await store.TryReplaceAsync(record, record with { WrappedBy = wrapper.Id, Wrapped = ImmutableCollectionsMarshal.AsImmutableArray(wrapped) }, cancellation);
        }
        finally
        {
            wrapper.Release();
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private async Task CreateAsync(PersonKeyBatch batch, IReadOnlyList<string> persons, CancellationToken cancellation)
    {
        using var write = _wrapping.BeginWrite();
        var wrapper = _wrapping.HoldActive();
        var made = new Dictionary<KeyId, byte[]>(persons.Count);
        try
        {
            var records = new List<PersonKeyRecord>(persons.Count);
            foreach (var person in persons)
            {
                var (id, bytes) = (KeyId.Create(time), GC.AllocateUninitializedArray<byte>(KeyMaterial.Length, pinned: true));
                RandomNumberGenerator.Fill(bytes);
                made.Add(id, bytes);
                records.Add(new PersonKeyRecord(person, id, wrapper.Id, ImmutableCollectionsMarshal.AsImmutableArray(await WrapAsync(wrapper, bytes, Context(person, id), cancellation))));
            }
            var stored = await store.AddAsync(records, cancellation);
            // Of those whom another host gave a key first, that one counts.
            foreach (var record in stored.Where(r => made.ContainsKey(r.KeyId))) batch.Add(record.Person, Give(record.KeyId, made[record.KeyId]));
            await UnwrapAsync(batch, [.. stored.Where(r => !made.ContainsKey(r.KeyId))], cancellation);
        }
        finally
        {
            wrapper.Release();
            foreach (var bytes in made.Values) CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>All are noted together before one is given out.</summary>
    private async Task UnwrapAsync(PersonKeyBatch batch, IReadOnlyList<PersonKeyRecord> records, CancellationToken cancellation)
    {
        var opened = new List<(PersonKeyRecord Record, byte[] Bytes)>(records.Count);
        try
        {
            foreach (var record in records)
            {
                if (_wrapping.TryHold(record.WrappedBy) is not { } wrapper)
                {
                    // Wrapped anew since, or this host has to load the keyring: the way for one tells which.
                    if (await OpenAsync(record.Person, cancellation) is { } key) batch.Add(record.Person, key);
                    continue;
                }
                try
                {
                    opened.Add((record, await BytesAsync(record, wrapper, cancellation)));
                }
                finally
                {
                    wrapper.Release();
                }
            }
            await audit.UnwrappedAsync([.. opened.Select(o => Noted(o.Record, succeeded: true))], cancellation);
            foreach (var (record, bytes) in opened) batch.Add(record.Person, Give(record.KeyId, bytes));
        }
        finally
        {
            foreach (var (_, bytes) in opened) CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private async Task<PersonKey> UnwrapAsync(PersonKeyRecord record, CancellationToken cancellation)
    {
        var bytes = await BytesAsync(record, cancellation);
        try
        {
            return Give(record.KeyId, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private async Task<byte[]> BytesAsync(PersonKeyRecord record, CancellationToken cancellation)
    {
        var wrapper = _wrapping.TryHold(record.WrappedBy)
            ?? throw new KeyringException($"a person's key is wrapped by key {record.WrappedBy}, which this host does not have: load the keyring again", mayRetry: true);
        byte[]? bytes = null;
        try
        {
            bytes = await BytesAsync(record, wrapper, cancellation);
            await audit.UnwrappedAsync(Noted(record, succeeded: true), cancellation);
            var noted = bytes;
            bytes = null;
            return noted;
        }
        finally
        {
            wrapper.Release();
            // What could not be noted is not given out.
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Notes a failure; success is the caller's to note.</summary>
    private async Task<byte[]> BytesAsync(PersonKeyRecord record, KeyMaterial wrapper, CancellationToken cancellation)
    {
        try
        {
            using var opener = LocalMasterKey.Of(wrapper.Bytes);
            wrapper.Count(KeyOperation.Unwrap);
            return await opener.UnwrapAsync(record.Wrapped.AsMemory(), Context(record.Person, record.KeyId), cancellation);
        }
        catch (MasterKeyException e)
        {
            wrapper.Count(KeyOperation.Refuse);
            await audit.UnwrappedAsync(Noted(record, succeeded: false), cancellation);
            throw new KeyringException($"the person's data key {record.KeyId} cannot be unwrapped: {e.Message}", mayRetry: false, e);
        }
    }

    private KeyUnwrapped Noted(PersonKeyRecord record, bool succeeded) => new(record.KeyId, KeyPurpose.PersonData, 1, record.WrappedBy.ToString(), succeeded, time.GetUtcNow());

    /// <summary>The keyring's key wraps as a master key does: a derived key for each wrapping, so that there may be any number of persons.</summary>
    private static async ValueTask<byte[]> WrapAsync(KeyMaterial wrapper, byte[] key, byte[] context, CancellationToken cancellation)
    {
        using var master = LocalMasterKey.Of(wrapper.Bytes);
        wrapper.Count(KeyOperation.Wrap);
        return await master.WrapAsync(key, context, cancellation);
    }

    private PersonKey Give(KeyId id, ReadOnlySpan<byte> bytes)
    {
        var opened = time.GetUtcNow();
        var material = new KeyMaterial(id, KeyPurpose.PersonData, 1, bytes);
        material.Budget.Grant(ValuesPerOpening);
        material.LastUsed = key =>
        {
            lock (_counting)
            {
                foreach (var operation in Enum.GetValues<KeyOperation>())
                {
                    if (key.TakeCount(operation) is > 0 and var count) _unreported.Add(new KeyUse(key.Id, key.Purpose, operation, count, opened, time.GetUtcNow()));
                }
            }
        };
        return new PersonKey(material, ReportUseAsync);
    }

    private static byte[] Context(string person, KeyId id)
    {
        var label = "godwit person key"u8;
        var name = StrictText.Bytes(person);
        Span<byte> key = stackalloc byte[KeyId.Length];
        id.Write(key);
        var frame = new FrameWriter(new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(name.Length) + KeyId.Length]);
        frame.Part(label);
        frame.Part(name);
        frame.Fixed(key);
        return frame.Written.ToArray();
    }
}
