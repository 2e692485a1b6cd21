namespace Godwit.Security.Keyring;

/// <summary>The keys of one purpose, always those of the newest keyring that this host has loaded.</summary>
public sealed class PurposeKeys
{
    private volatile KeySet _current;

    internal PurposeKeys(KeyPurpose purpose, KeySet current) => (Purpose, _current) = (purpose, current);

    public KeyPurpose Purpose { get; }

    public KeySet Current
    {
        get => _current;
        internal set => _current = value;
    }

    /// <summary>The key that writes, held: the caller releases it.</summary>
    /// <exception cref="KeyringException">There is none.</exception>
    internal KeyMaterial HoldActive()
    {
        while (true)
        {
            var set = _current;
            if (set.Active is not { } key) throw new KeyringException($"there is no active key for {Purpose}: create one", mayRetry: true);
            try
            {
                key.Hold();
                return key;
            }
            catch (ObjectDisposedException) when (set != _current)
            {
                // The keyring was loaded again between the two lines above: the next look sees the newer set.
                continue;
            }
        }
    }
}
