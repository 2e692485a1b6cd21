using System.Collections.Immutable;

namespace Godwit.Security.Keyring.Persons;

/// <summary>A person's data key as it is stored.</summary>
/// <param name="Person">The person's id, in the form in which the application writes it.</param>
/// <param name="KeyId">The data key's own id, which is in every value that it encrypted.</param>
/// <param name="WrappedBy">The key of the keyring that wraps it.</param>
public sealed record PersonKeyRecord(string Person, KeyId KeyId, KeyId WrappedBy, ImmutableArray<byte> Wrapped);

/// <summary>
/// A table of persons' data keys. Deleting a row shreds what was encrypted with it; so the table is not in backups that are kept longer than an erasure may take, or the erasures are done again
/// after a restore (<see cref="IErasureRegister"/>).
/// </summary>
public interface IPersonKeyStore
{
    /// <returns>Null when there is none.</returns>
    Task<PersonKeyRecord?> FindAsync(string person, CancellationToken cancellation);

    /// <summary>Stores the first key of a person. A person who was shredded gets no other: values under a second key would outlive the erasure.</summary>
    /// <returns>What is stored afterwards, which is another's when that came first; null when the person was shredded.</returns>
    Task<PersonKeyRecord?> AddAsync(PersonKeyRecord record, CancellationToken cancellation);

    /// <returns>Those of the persons that have a key, in any order.</returns>
    Task<IReadOnlyList<PersonKeyRecord>> FindAsync(IReadOnlyCollection<string> persons, CancellationToken cancellation);

    /// <summary>Stores the first keys of many, each as by the other way; no person is named twice.</summary>
    /// <returns>What is stored afterwards for these persons, in any order; nothing for those who were shredded.</returns>
    Task<IReadOnlyList<PersonKeyRecord>> AddAsync(IReadOnlyCollection<PersonKeyRecord> records, CancellationToken cancellation);

    /// <summary>Puts a key that is wrapped anew in the place of the same key, wrapped as before.</summary>
    /// <returns>False when it is not wrapped as before any more, or gone; nothing was changed then.</returns>
    Task<bool> TryReplaceAsync(PersonKeyRecord former, PersonKeyRecord next, CancellationToken cancellation);

    /// <summary>Up to <paramref name="most"/> keys that <paramref name="key"/> wraps.</summary>
    Task<IReadOnlyList<PersonKeyRecord>> WrappedByAsync(KeyId key, int most, CancellationToken cancellation);

    /// <summary>Deletes the key for good, and remembers that the person was shredded.</summary>
    /// <returns>Whether there was a key.</returns>
    Task<bool> ShredAsync(string person, CancellationToken cancellation);
}
