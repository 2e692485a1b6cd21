namespace Godwit.Security.Keyring;

/// <summary>Who would be left without a key.</summary>
public interface IKeyDependents
{
    /// <summary>
    /// What still needs the key to be read, in words for a person: <c>users.email: 1204 rows</c>. Empty when nothing does. A hash that names the key anywhere in its chain needs it. Asked after every
    /// host has stopped writing with the key: what it wrote before may stand in a transaction that is still open, so that those that began before the question are waited for, or named here.
    /// </summary>
    /// <exception cref="KeyringException">Nobody can tell; then the key stays.</exception>
    Task<IReadOnlyList<string>> UsersOfAsync(KeyRecord key, CancellationToken cancellation);

    /// <summary>
    /// Hosts that work with a keyring older than <paramref name="version"/>, or with one whose token (<see cref="LiveKeyring.Position"/>) is not in the lineage of the keyring that is stored now: they
    /// could read nothing that a newer key wrote, or still write with a former one.
    /// </summary>
    Task<IReadOnlyList<string>> HostsBehindAsync(long version, CancellationToken cancellation);
}
