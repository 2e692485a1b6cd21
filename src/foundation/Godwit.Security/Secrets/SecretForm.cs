namespace Godwit.Security.Secrets;

/// <summary>How a new secret is written.</summary>
public enum SecretForm
{
    /// <summary>43 characters of base64url for 32 bytes: fits variables, URLs and headers without quoting.</summary>
    Base64Url,

    /// <summary>64 hexadecimal digits for 32 bytes.</summary>
    Hex,

    /// <summary>Groups of five letters and digits without those that are taken for each other, for what a person types.</summary>
    Typed,

    /// <summary>Digits only, for codes that are sent; never for a key.</summary>
    Digits,
}
