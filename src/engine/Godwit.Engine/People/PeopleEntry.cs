using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Journal;
using Godwit.Security.Signing;

namespace Godwit.Engine.People;

/// <summary>
/// That a key was pinned or retired: an entry of the register's journal, signed by the machine at which the administrator sat. Signed one by one, since the next signed head would vouch for
/// an entry that somebody slipped in before it.
/// </summary>
/// <param name="Kind"><see cref="Added"/> or <see cref="Retired"/>.</param>
/// <param name="Target">Cluster and database: a pin that was copied from elsewhere is none.</param>
/// <param name="Roles">Of a pin.</param>
/// <param name="Reason">Of a retirement.</param>
/// <param name="By">Who signs.</param>
public sealed record PeopleEntry(
    string Kind, string Name, EcPublicKey Key, IReadOnlyList<string> Roles, string? Reason, string Target, string Nonce, EcPublicKey By, string Signature)
{
    public const string Added = "person-added", Retired = "person-retired";

    public static PeopleEntry Sign(string kind, string name, EcPublicKey key, IReadOnlyList<string> roles, string? reason, string target, SigningKey by)
    {
        var entry = new PeopleEntry(kind, name, key, roles, reason, target, Statement.NewNonce(), by.Public, "");
        return entry with { Signature = Base64Url.EncodeToString(by.Sign(entry.Bytes())) };
    }

    public JournalNote ToNote()
    {
        var body = JsonNode.Parse(Bytes())!.AsObject();
        body["signature"] = Signature;
        return JournalNote.Of(Kind, body);
    }

    /// <summary>Null when the entry is none of these, or states nothing.</summary>
    public static PeopleEntry? TryRead(JournalEntry entry)
    {
        if (entry.Kind is not (Added or Retired)) return null;
        try
        {
            if (JsonNode.Parse(entry.Body) is not JsonObject body) return null;
            var read = new PeopleEntry(
                entry.Kind, body.Text("name"), EcPublicKey.FromCoordinates(body.TextOrNull("x"), body.TextOrNull("y")), body.Texts("roles"), body.TextOrNull("reason"), body.Text("target"), body.Text("nonce"),
                EcPublicKey.FromCoordinates(body.Map("by").TextOrNull("x"), body.Map("by").TextOrNull("y")), body.Text("signature"));
            return read.ToNote().Body == entry.Body ? read : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException or SigningKeyException or NullReferenceException)
        {
            return null;
        }
    }

    public SignerVerdict Judge(KnownSigners known) =>
        StrictBase64Url.TryDecode(Signature, Es256.SignatureLength, out var value) ? known.Judge(By, Bytes(), value) : SignerVerdict.BadSignature;

    private byte[] Bytes() => JournalSigner.Canonical(writer =>
    {
        writer.WriteStartObject("by");
        WriteKey(writer, By);
        writer.WriteEndObject();
        writer.WriteString("name", Name);
        writer.WriteString("nonce", Nonce);
        if (Reason is not null) writer.WriteString("reason", Reason);
        writer.WriteStartArray("roles");
        foreach (var role in Roles) writer.WriteStringValue(role);
        writer.WriteEndArray();
        writer.WriteString("target", Target);
        writer.WriteString("type", Kind);
        WriteKey(writer, Key);
    });

    private static void WriteKey(Utf8JsonWriter writer, EcPublicKey key)
    {
        writer.WriteString("kid", key.Kid);
        writer.WriteString("x", key.X);
        writer.WriteString("y", key.Y);
    }
}
