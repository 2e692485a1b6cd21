namespace Godwit.Postgres.Keyring;

/// <summary>A column whose values carry the id of the key that made them.</summary>
public sealed record KeyColumn(string Schema, string Table, string Column, KeyColumnKind Kind, KeyColumnEncoding Encoding)
{
    public override string ToString() => Schema == "public" ? $"{Table}.{Column}" : $"{Schema}.{Table}.{Column}";

    /// <summary>An SQL expression over the column, as <paramref name="value"/>: whether a value's key is among <c>$1</c>, ids in hexadecimal. Not true of what is no such value.</summary>
    internal string IsOfKey(string value) => (Kind, Encoding) switch
    {
        // godwit blobs: version, key id, nonce, ciphertext, tag (Security/Fields/FieldBlob); indexes: key id, hash.
        (KeyColumnKind.Data, KeyColumnEncoding.Binary) => $"(CASE WHEN length({value}) >= 45 AND get_byte({value}, 0) = 1 THEN encode(substring({value} FROM 2 FOR 16), 'hex') END) = ANY ($1)",
        (KeyColumnKind.Index, KeyColumnEncoding.Binary) => $"(CASE WHEN length({value}) = 48 THEN encode(substring({value} FROM 1 FOR 16), 'hex') END) = ANY ($1)",
        (KeyColumnKind.Data, KeyColumnEncoding.Base64) => $"{FromBase64(value, "substring({0} FROM 2 FOR 16)")} = ANY ($1)",
        (KeyColumnKind.Index, KeyColumnEncoding.Base64) => $"{FromBase64(value, "substring({0} FROM 1 FOR 16)")} = ANY ($1)",
        (KeyColumnKind.Data, KeyColumnEncoding.Hex) => $"lower(substring({Plain(value)} FROM 3 FOR 32)) = ANY ($1)",
        (KeyColumnKind.Index, KeyColumnEncoding.Hex) => $"lower(left({Plain(value)}, 32)) = ANY ($1)",
        // gwp1.ID+ID.MAC (Security/Peppers/PepperedHash): every key of the chain is needed.
        _ => $"({value}::text LIKE 'gwp1.%' AND string_to_array(split_part({value}::text, '.', 2), '+') && $1::text[])",
    };

    /// <summary>24 characters are 18 bytes, which hold the id in either kind; only such are decoded, since decode fails on anything else.</summary>
    private static string FromBase64(string value, string id) =>
        $"(CASE WHEN left({value}::text, 24) ~ '^[A-Za-z0-9+/_-]{{24}}$' THEN encode({string.Format(System.Globalization.CultureInfo.InvariantCulture, id, $"decode(translate(left({value}::text, 24), '-_', '+/'), 'base64')")}, 'hex') END)";

    private static string Plain(string value) => $"regexp_replace({value}::text, '^[\\\\]x', '')";
}

public enum KeyColumnKind
{
    /// <summary>Encrypted values.</summary>
    Data,

    /// <summary>Blind indexes.</summary>
    Index,

    /// <summary>Hashes with a pepper.</summary>
    Pepper,
}

/// <summary>How a value's bytes stand in the column.</summary>
public enum KeyColumnEncoding
{
    /// <summary>As they are, in a <c>bytea</c>.</summary>
    Binary,

    /// <summary>As text in base64 or base64url.</summary>
    Base64,

    /// <summary>As hexadecimal text, with <c>\x</c> before it or not.</summary>
    Hex,

    /// <summary>The text of a hash with a pepper.</summary>
    Text,
}
