namespace Godwit.Security.Signing;

public enum SignerVerdict
{
    /// <summary>The signature is right and its key is one that this user trusts.</summary>
    KnownSigner,

    /// <summary>The signature is right, but nothing here says whose key it is.</summary>
    UnknownSigner,

    /// <summary>The signature does not belong to these bytes and this key.</summary>
    BadSignature,
}

/// <summary>The keys a user trusts: those in <c>known-signers/*.pem</c> and <c>*.jwk</c> of <see cref="GodwitHome"/>, and the own key.</summary>
public sealed class KnownSigners
{
    public const string FolderName = "known-signers";
    private const int LongestFile = 16 * 1024;

    private readonly HashSet<EcPublicKey> _keys;

    public KnownSigners(IEnumerable<EcPublicKey> keys) => _keys = [.. keys];

    public IReadOnlyCollection<EcPublicKey> Keys => _keys;

    /// <summary>Reads the keys of <paramref name="home"/>; makes nothing.</summary>
    /// <exception cref="SigningKeyException">A file there is not a public key, or the own key is open to others. A key that cannot be read is never passed over.</exception>
    public static KnownSigners Load(string home)
    {
        var keys = new List<EcPublicKey>();
        using (var own = SigningKeyFile.Load(home))
        {
            if (own is not null)
                keys.Add(own.Public);
        }
        var folder = Path.Combine(home, FolderName);
        if (Directory.Exists(folder))
            keys.AddRange(Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(Read).OfType<EcPublicKey>());
        return new KnownSigners(keys);
    }

    public bool Knows(EcPublicKey key) => _keys.Contains(key);

    public SignerVerdict Judge(EcPublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        !Es256.Verify(key, data, signature) ? SignerVerdict.BadSignature
        : Knows(key) ? SignerVerdict.KnownSigner
        : SignerVerdict.UnknownSigner;

    private static EcPublicKey? Read(string path)
    {
        Func<string, EcPublicKey>? parse = Path.GetExtension(path) switch
        {
            ".pem" => EcPublicKey.FromPem,
            ".jwk" => EcPublicKey.FromJwk,
            _ => null,
        };
        if (parse is null)
            return null;
        try
        {
            if (new FileInfo(path).Length > LongestFile)
                throw new SigningKeyException("too large for a key");
            return parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is SigningKeyException or IOException or UnauthorizedAccessException)
        {
            throw new SigningKeyException($"the known signer {path} cannot be used: {e.Message}", e);
        }
    }
}
