namespace Godwit.Security.Keyring;

/// <summary>Where an installation's wrapped keys are. Any number of hosts read it; of several that change it at once, one succeeds.</summary>
public interface IKeyStore
{
    /// <summary>The keyring as it is now; <see cref="KeyringSnapshot.Empty"/> when there is none yet.</summary>
    Task<KeyringSnapshot> LoadAsync(CancellationToken cancellation);

    /// <summary>
    /// Puts <paramref name="next"/> in the place of the version before it, together with what changed, in one act: both are there afterwards, or neither.
    /// </summary>
    /// <returns>
    /// False when what is there has not the version before <paramref name="next"/>, or not the token that <see cref="KeyringSnapshot.Former"/> names, and nothing was changed.
    /// </returns>
    Task<bool> TrySaveAsync(KeyringSnapshot next, IReadOnlyList<KeyChange> changes, CancellationToken cancellation);
}

/// <summary>A change of a key that an auditor has to find again.</summary>
/// <param name="From">Null for a key that was made.</param>
/// <param name="To">The same as <paramref name="From"/> where another master key wraps it now.</param>
public sealed record KeyChange(KeyId Id, KeyPurpose Purpose, int Version, KeyState? From, KeyState To, string MasterKeyId, DateTimeOffset At);
