namespace Godwit.Security.Keyring.Masters;

/// <summary>A master key that is made on first use, so that a developer has nothing to set up. It lies beside what it protects, and is refused in production for that.</summary>
public static class DevelopmentMasterKey
{
    public const string FileName = "development-master-key.hex";

    /// <summary>The key of <paramref name="folder"/>, made when there is none. Any number of processes at once end with the same key.</summary>
    /// <param name="folder">A folder of the developer's own, such as <c>.local</c>.</param>
    /// <param name="production">Whether this is an installation that matters.</param>
    /// <exception cref="MasterKeyException">This is production; or the key cannot be read or made.</exception>
    public static LocalMasterKey LoadOrCreate(string folder, bool production)
    {
        if (production) throw new MasterKeyException("a development master key is not for production: name a file, a variable or a key management service");
        var path = Path.Combine(folder, FileName);
        if (MasterKeyFile.Find(path) is { } existing) return existing;
        using var key = LocalMasterKey.Create();
        MasterKeyFile.TryWrite(path, key);
        return MasterKeyFile.Load(path);
    }
}
