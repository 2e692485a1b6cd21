namespace Godwit.Security.Keyring;

/// <summary>What a key is for. A key serves one purpose: what is encrypted under a data key cannot be opened, nor an index computed, with a key of another.</summary>
public sealed record KeyPurpose
{
    public const int LongestName = 32;

    private KeyPurpose(string name) => Name = name;

    /// <summary>Values of columns, AES-256-GCM.</summary>
    public static KeyPurpose Data { get; } = new("data");

    /// <summary>Blind indexes, HMAC-SHA-256.</summary>
    public static KeyPurpose Index { get; } = new("index");

    /// <summary>Hashes of API keys and one-time codes, HMAC-SHA-256.</summary>
    public static KeyPurpose Pepper { get; } = new("pepper");

    /// <summary>Signatures of tokens, ES256; the key's bytes are the private number.</summary>
    public static KeyPurpose Token { get; } = new("token");

    /// <summary>Links in mails, HMAC-SHA-256.</summary>
    public static KeyPurpose Mail { get; } = new("mail");

    /// <summary>Wraps the data keys of single persons.</summary>
    public static KeyPurpose Person { get; } = new("person");

    public string Name { get; }

    /// <summary>A purpose of a module's own, or one of the above.</summary>
    /// <exception cref="ArgumentException">It is not a lower-case letter and up to 31 of lower-case letters, digits and hyphens.</exception>
    public static KeyPurpose Of(string name)
    {
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new ArgumentException("a purpose is a lower-case letter and up to 31 of lower-case letters, digits and hyphens", nameof(name));
        return new KeyPurpose(name);
    }

    public override string ToString() => Name;
}
