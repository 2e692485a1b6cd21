using System.Text.Json.Nodes;

namespace Godwit.Engine.Reports.Personal;

/// <summary>What a transform does for whoever the value is about.</summary>
internal static class ProtectionText
{
    /// <param name="kind">The transform's name.</param>
    /// <param name="parameters">In normal form.</param>
    public static (PersonalProtection Protection, string How) Of(string kind, JsonObject parameters)
    {
        var secret = parameters["key"] is JsonValue key ? key.ToString() : null;
        return kind switch
        {
            "hash" when secret is not null => (PersonalProtection.Keyed, $"HMAC-SHA256 under the secret {secret}: not turned back without it"),
            "hash" => (PersonalProtection.Hashed, "SHA-256 without a secret: a value that can be guessed is found again"),
            "encrypt" => (PersonalProtection.Keyed, "AES-256-GCM under the keyring's data key, bound to table, column and row"),
            "encrypt_personal" => (PersonalProtection.Keyed, "AES-256-GCM under the person's own data key, bound to table, column and row: deleting that key erases it"),
            "decrypt_personal" => (PersonalProtection.None, "none: what was encrypted, in plain"),
            "mail_address" => (PersonalProtection.None, "none (normal form)"),
            "blind_index" => (PersonalProtection.Keyed, "HMAC-SHA256 under the keyring's index key: equal values of a tenant are seen to be equal"),
            "pepper" => (PersonalProtection.Keyed, "HMAC-SHA256 under the keyring's pepper: not turned back without it"),
            _ when kind.StartsWith("mask:", StringComparison.Ordinal) => (PersonalProtection.Masked, $"masked ({kind}){(secret is null ? "" : $" under the secret {secret}")}"),
            "copy" => (PersonalProtection.None, "none: as it is"),
            "lower" or "split" or "merge" or "lookup" => (PersonalProtection.None, $"none ({kind})"),
            "constant" => (PersonalProtection.Cleared, "replaced by a constant"),
            "sql" when IsNull(parameters) => (PersonalProtection.Cleared, "cleared: NULL"),
            "sql" => (PersonalProtection.Unknown, "an SQL expression: what it does is not judged here"),
            _ => (PersonalProtection.Unknown, $"{kind}: not judged here"),
        };
    }

    private static bool IsNull(JsonObject parameters) =>
        parameters["expression"] is JsonValue expression && expression.ToString().Trim() is var text && (text.Equals("NULL", StringComparison.OrdinalIgnoreCase) || text.StartsWith("NULL::", StringComparison.OrdinalIgnoreCase));
}
