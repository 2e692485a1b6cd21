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

    /// <summary>Values of one person, under the person's own key, which no keyring holds.</summary>
    public static KeyPurpose PersonData { get; } = new("person-data");

    public string Name { get; }

    /// <summary>Whether it is <paramref name="family"/>, or a module's own of the same kind, whose name begins with it: <c>data-invoices</c>.</summary>
    internal bool IsOf(KeyPurpose family) => this == family || Name.StartsWith(family.Name + "-", StringComparison.Ordinal);

    /// <summary>
    /// A purpose of a module's own, or one of the above. What a key may be used for is in the beginning of the name: those of <c>data-invoices</c> encrypt, of <c>index-invoices</c> index, of
    /// <c>pepper-invoices</c> hash; those of any other name do what the module does with them.
    /// </summary>
    /// <exception cref="ArgumentException">It is not a lower-case letter and up to 31 of lower-case letters, digits and hyphens.</exception>
    public static KeyPurpose Of(string name)
    {
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new ArgumentException("a purpose is a lower-case letter and up to 31 of lower-case letters, digits and hyphens", nameof(name));
        return new KeyPurpose(name);
    }

    public override string ToString() => Name;
}
