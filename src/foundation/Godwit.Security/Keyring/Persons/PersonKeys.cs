using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Framing;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring.Persons;

/// <summary>
/// A data key for each person, wrapped by the keyring's key for <see cref="KeyPurpose.Person"/>: rotating that one, or the master key, touches no value, and deleting a person's key leaves of
/// everything that was encrypted with it, in tables, logs and backups, bytes that nobody can read.
/// </summary>
/// <param name="store">Where the keys are.</param>
/// <param name="wrapping">The keyring's keys for persons.</param>
/// <param name="time">The time.</param>
public sealed class PersonKeys(IPersonKeyStore store, PurposeKeys wrapping, TimeProvider time)
{
    public const int LongestPerson = 200;

    /// <summary>Values that one opening of a person's key may encrypt: nobody opens it so often that all of them together come near to what a key may.</summary>
    private const int ValuesPerOpening = 1 << 16;

    private const int RewrapBatch = 500, MostInVain = 5;

    /// <summary>The person's key, made when there is none yet.</summary>
    /// <exception cref="KeyringException">The person was shredded, or the key does not unwrap.</exception>
    public async Task<PersonKey> OpenOrCreateAsync(string person, CancellationToken cancellation)
    {
        if (await OpenAsync(person, cancellation) is { } existing) return existing;
        var bytes = GC.AllocateUninitializedArray<byte>(KeyMaterial.Length, pinned: true);
        var wrapper = wrapping.HoldActive();
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
        return await store.FindAsync(person, cancellation) is { } record ? await UnwrapAsync(record, cancellation) : null;
    }

    /// <summary>Deletes the person's key. What was encrypted with it is gone everywhere; hosts that have it open now finish what they do with it.</summary>
    /// <returns>Whether there was a key.</returns>
    public Task<bool> ShredAsync(string person, CancellationToken cancellation) => store.ShredAsync(person, cancellation);

    /// <summary>
    /// Wraps every person's key that <paramref name="former"/> wraps under the active one, and so frees <paramref name="former"/> to be retired. Killed anywhere, the next call goes on with those
    /// that are left.
    /// </summary>
    /// <returns>How many were wrapped anew.</returns>
    public async Task<long> RewrapAsync(KeyId former, CancellationToken cancellation)
    {
        if (wrapping.Current.Active?.Id == former) throw new ArgumentException("the key is the active one", nameof(former));
        long done = 0;
        var inVain = 0;
        while (await store.WrappedByAsync(former, RewrapBatch, cancellation) is { Count: > 0 } batch)
        {
            var before = done;
            foreach (var record in batch)
            {
                if (await RewrapAsync(record, cancellation)) done++;
            }
            // Others may have changed or shredded what was listed; what is listed again and again and never replaced is stuck.
            inVain = done == before ? inVain + 1 : 0;
            if (inVain == MostInVain) throw new KeyringException("persons' keys cannot be wrapped anew: the store lists them and does not replace them", mayRetry: true);
        }
        return done;
    }

    private async Task<bool> RewrapAsync(PersonKeyRecord record, CancellationToken cancellation)
    {
        var bytes = await BytesAsync(record, cancellation);
        var wrapper = wrapping.HoldActive();
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
        var wrapper = wrapping.Current.Find(record.WrappedBy) ?? throw new KeyringException($"a person's key is wrapped by key {record.WrappedBy}, which this host does not have: load the keyring again", mayRetry: true);
        wrapper.Hold();
        try
        {
            using var opener = LocalMasterKey.Of(wrapper.Bytes);
            wrapper.Count(KeyOperation.Wrap);
            return await opener.UnwrapAsync(record.Wrapped.AsMemory(), Context(record.Person, record.KeyId), cancellation);
        }
        catch (MasterKeyException e)
        {
            wrapper.Count(KeyOperation.Refuse);
            throw new KeyringException($"the person's data key {record.KeyId} cannot be unwrapped: {e.Message}", mayRetry: false, e);
        }
        finally
        {
            wrapper.Release();
        }
    }

    /// <summary>The keyring's key wraps as a master key does: a derived key for each wrapping, so that there may be any number of persons.</summary>
    private static async ValueTask<byte[]> WrapAsync(KeyMaterial wrapper, byte[] key, byte[] context, CancellationToken cancellation)
    {
        using var master = LocalMasterKey.Of(wrapper.Bytes);
        wrapper.Count(KeyOperation.Wrap);
        return await master.WrapAsync(key, context, cancellation);
    }

    private static PersonKey Give(KeyId id, ReadOnlySpan<byte> bytes)
    {
        var material = new KeyMaterial(id, KeyPurpose.Person, 1, bytes);
        material.Budget.Grant(ValuesPerOpening);
        return new PersonKey(material);
    }

    private static byte[] Context(string person, KeyId id)
    {
        var label = "godwit person key"u8;
        var name = Encoding.UTF8.GetBytes(person);
        Span<byte> key = stackalloc byte[KeyId.Length];
        id.Write(key);
        var frame = new FrameWriter(new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(name.Length) + KeyId.Length]);
        frame.Part(label);
        frame.Part(name);
        frame.Fixed(key);
        return frame.Written.ToArray();
    }
}
