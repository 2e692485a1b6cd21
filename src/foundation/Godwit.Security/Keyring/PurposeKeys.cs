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

    /// <summary>The keys, unless there are none any more: whoever looks something up with none would take it for absent.</summary>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    internal KeySet Live
    {
        get
        {
            var set = _current;
            ObjectDisposedException.ThrowIf(set.IsEnded, this);
            return set;
        }
    }

    /// <summary>Says that something is about to be made with these keys and stored.</summary>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    public KeyWrite BeginWrite()
    {
        while (true)
        {
            var set = Live;
            set.BeginWrite();
            if (set == _current) return new KeyWrite(set);
            set.EndWrite();
        }
    }

    /// <summary>The key that writes, held: the caller releases it.</summary>
    /// <exception cref="KeyringException">There is none.</exception>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    internal KeyMaterial HoldActive()
    {
        while (true)
        {
            var set = Live;
            if (set.Active is not { } key) throw new KeyringException($"there is no active key for {Purpose}: create one", mayRetry: true);
            // A key is given up only after a set without it was put in the place of this one: the next look sees that.
            if (key.TryHold()) return key;
        }
    }

    /// <returns>A key, held; null when this host has it not, or not any more.</returns>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    internal KeyMaterial? TryHold(KeyId id) => Live.Find(id) is { } key && key.TryHold() ? key : null;
}
