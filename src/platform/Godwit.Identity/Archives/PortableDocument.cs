using System.Text.Json.Nodes;

namespace Godwit.Identity.Archives;

/// <summary>What a person has given us, in one document for machines (Article 20 of the GDPR): the account, what was agreed to, the names given to devices and passkeys. What we observed - sessions, events - is in the archive of an access request.</summary>
internal static class PortableDocument
{
    public const string Format = "godwit-person-1";

    public static JsonObject Of(IReadOnlyDictionary<string, JsonArray> read)
    {
        var account = read["account"].Single()!.AsObject();
        return new JsonObject
        {
            ["format"] = Format,
            ["id"] = Copy(account, "uuid"),
            ["email"] = Copy(account, "email"),
            ["emailVerified"] = Copy(account, "email_verified"),
            ["firstName"] = Copy(account, "first_name"),
            ["lastName"] = Copy(account, "last_name"),
            ["phone"] = Copy(account, "phone"),
            ["createdAt"] = Copy(account, "created_at"),
            ["consents"] = Each(read["consents"], ("type", "consent_type"), ("version", "version"), ("granted", "granted"), ("grantedAt", "granted_at"), ("withdrawnAt", "withdrawn_at"), ("textSha256", "text_hash"), ("text", "text")),
            ["devices"] = Each(read["devices"], ("id", "device_id"), ("name", "device_name"), ("trusted", "trusted"), ("createdAt", "created_at")),
            ["passkeys"] = Each(read["passkeys"], ("name", "name"), ("createdAt", "created_at")),
        };
    }

    private static JsonArray Each(JsonArray rows, params (string To, string From)[] members) => new([.. rows.Select(row =>
    {
        var copy = new JsonObject();
        foreach (var (to, from) in members)
        {
            if (Copy(row!.AsObject(), from) is { } value) copy[to] = value;
        }
        return (JsonNode)copy;
    })]);

    private static JsonNode? Copy(JsonObject row, string member) => row[member]?.DeepClone();
}
