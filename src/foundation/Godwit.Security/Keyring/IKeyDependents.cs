namespace Godwit.Security.Keyring;

/// <summary>Who would be left without a key.</summary>
public interface IKeyDependents
{
    /// <summary>What still needs the key to be read, in words for a person: <c>users.email: 1204 rows</c>. Empty when nothing does.</summary>
    /// <exception cref="KeyringException">Nobody can tell; then the key stays.</exception>
    Task<IReadOnlyList<string>> UsersOfAsync(KeyRecord key, CancellationToken cancellation);

    /// <summary>Hosts that work with a keyring older than <paramref name="version"/>: they could read nothing that a newer key wrote.</summary>
    Task<IReadOnlyList<string>> HostsBehindAsync(long version, CancellationToken cancellation);
}
