using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Engine.Keys;

/// <summary>The keys that a run's steps work with: those of the target's own keyring, unwrapped when a step first asks for them.</summary>
public interface IRunKeyring
{
    /// <summary>The count of values per key that all hosts share.</summary>
    IKeyUsage Usage { get; }

    /// <summary>The keys of a purpose; they follow <see cref="RefreshAsync"/>.</summary>
    /// <exception cref="KeyringException">There is no keyring, or a key of it cannot be unwrapped.</exception>
    Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation);

    /// <summary>The data keys of persons, for a batch of rows; the uses of those before are noted with it.</summary>
    /// <param name="persons">Their ids.</param>
    /// <param name="create">Whether who has none gets one.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="KeyringException">There is no keyring, or a key cannot be unwrapped.</exception>
    Task<PersonKeyBatch> OpenPersonsAsync(IReadOnlyCollection<string> persons, bool create, CancellationToken cancellation);

    /// <summary>Brings what others changed. Cheap: looks only after a while, and is called for each batch.</summary>
    /// <param name="now">Somebody has written with a key that is not known here: it is looked at once.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="KeyringException">A new key cannot be unwrapped, or the keyring went back in time.</exception>
    Task RefreshAsync(bool now, CancellationToken cancellation);

    /// <summary>Notes, in the caller's transaction, that values of a column name keys, so that no key is retired that one of them needs.</summary>
    Task NoteColumnAsync(IRunSession session, KeyedColumn column, CancellationToken cancellation);
}

/// <summary>A column whose values name keys.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Purpose">Of the keys.</param>
public sealed record KeyedColumn(TableReference Table, string Name, KeyPurpose Purpose);

/// <summary>Where nobody has given a keyring.</summary>
public sealed class NoRunKeyring : IRunKeyring
{
    public static NoRunKeyring Instance { get; } = new();

    public IKeyUsage Usage => throw new KeyringException(Nothing);

    private const string Nothing = "there is no keyring";

    public Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation) => throw new KeyringException(Nothing);

    public Task<PersonKeyBatch> OpenPersonsAsync(IReadOnlyCollection<string> persons, bool create, CancellationToken cancellation) => throw new KeyringException(Nothing);

    public Task RefreshAsync(bool now, CancellationToken cancellation) => Task.CompletedTask;

    public Task NoteColumnAsync(IRunSession session, KeyedColumn column, CancellationToken cancellation) => throw new KeyringException(Nothing);
}
