using Godwit.Security.Keyring;

namespace Godwit.Postgres.Keyring;

/// <summary>A key's id as the tables have it.</summary>
internal static class StoredKeyId
{
    /// <exception cref="KeyringException">It is none.</exception>
    public static KeyId Read(string text) => KeyId.TryParse(text, out var id) ? id : throw new KeyringException($"\"{text}\" stands where a key's id belongs: the row was changed by hand");
}
