namespace Godwit.Security.Keyring;

/// <summary>
/// Open from before a value is encrypted, indexed or hashed until the transaction that stores it has ended. While one is open that began under a former keyring, this host does not acknowledge the
/// newer one (<see cref="LiveKeyring.Position"/>), so that no key is retired between the making of a value and its storing.
/// </summary>
public sealed class KeyWrite : IDisposable
{
    private KeySet? _set;

    internal KeyWrite(KeySet set) => _set = set;

    public void Dispose() => Interlocked.Exchange(ref _set, null)?.EndWrite();
}
