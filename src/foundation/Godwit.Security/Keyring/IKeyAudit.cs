namespace Godwit.Security.Keyring;

/// <summary>Which key was used; by whom is for an implementation to note, which knows the host and the account that it writes as. A key whose unwrapping cannot be noted is not given out.</summary>
public interface IKeyAudit
{
    /// <summary>Notes one unwrapping, before the key is used; one that failed too.</summary>
    Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation);

    /// <summary>Notes many at once, all of them or none.</summary>
    Task UnwrappedAsync(IReadOnlyList<KeyUnwrapped> unwrapped, CancellationToken cancellation);

    /// <summary>Notes how often keys were used since the last time.</summary>
    Task UsedAsync(IReadOnlyList<KeyUse> uses, CancellationToken cancellation);
}

/// <param name="MasterKeyId">The master key; for a person's data key the id of the key of the keyring that wraps it.</param>
/// <param name="Succeeded">False when the master key did not open what was stored: it was changed, moved, or is another's.</param>
public sealed record KeyUnwrapped(KeyId Id, KeyPurpose Purpose, int Version, string MasterKeyId, bool Succeeded, DateTimeOffset At);

/// <param name="Since">When counting began.</param>
/// <param name="Until">When it ended.</param>
public sealed record KeyUse(KeyId Id, KeyPurpose Purpose, KeyOperation Operation, long Count, DateTimeOffset Since, DateTimeOffset Until);

public enum KeyOperation
{
    Encrypt,
    Decrypt,

    /// <summary>A value was given to decrypt that was not what was written.</summary>
    Refuse,

    /// <summary>An index or a hash was computed.</summary>
    Compute,
    Sign,

    /// <summary>A person's data key was wrapped.</summary>
    Wrap,

    /// <summary>A person's data key was unwrapped.</summary>
    Unwrap,
}
