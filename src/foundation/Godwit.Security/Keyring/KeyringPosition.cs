namespace Godwit.Security.Keyring;

/// <summary>One version of one keyring. The number alone does not tell which: a store that was restored and changed again has another keyring under a number that was used before.</summary>
public readonly record struct KeyringPosition(long Version, Guid Token);
