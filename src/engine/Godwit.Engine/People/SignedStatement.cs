using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Godwit.Engine.Journal;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Engine.People;

/// <summary>
/// A statement with its ES256 signature. It has one text: <c>{"signature":…,"statement":{…}}</c> in canonical form (RFC 8785); a text that means the same and is written otherwise is none.
/// </summary>
public sealed record SignedStatement
{
    /// <summary>Longer texts are none, and are not looked at.</summary>
    public const int LongestText = 16 * 1024;

    private SignedStatement(Statement statement, string signature) => (Statement, Signature) = (statement, signature);

    public Statement Statement { get; }

    /// <summary>base64url, 64 bytes.</summary>
    public string Signature { get; }

    public static SignedStatement Sign(Statement statement, SigningKey key)
    {
        if (statement.Kid != key.Kid) throw new ArgumentException("the statement names another key", nameof(key));
        return new SignedStatement(statement, Base64Url.EncodeToString(key.Sign(statement.Bytes())));
    }

    /// <summary>Null when the text is no signed statement.</summary>
    public static SignedStatement? TryRead(string text)
    {
        if (text.Length > LongestText) return null;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("signature", out var signature) || signature.ValueKind != JsonValueKind.String
                || !root.TryGetProperty("statement", out var member) || Statement.TryRead(member) is not { } statement)
                return null;
            var read = new SignedStatement(statement, signature.GetString()!);
            return read.Write() == text ? read : null;
        }
        catch (Exception e) when (e is JsonException or CanonicalJsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    public string Write() => Encoding.UTF8.GetString(JournalSigner.Canonical(writer =>
    {
        writer.WriteString("signature", Signature);
        writer.WriteStartObject("statement");
        Statement.Write(writer);
        writer.WriteEndObject();
    }));

    /// <summary>Whether this key signed exactly this.</summary>
    public bool IsBy(EcPublicKey key) =>
        Statement.Kid == key.Kid && StrictBase64Url.TryDecode(Signature, Es256.SignatureLength, out var value) && Es256.Verify(key, Statement.Bytes(), value);
}
