using System.Text;
using System.Text.Json;
using Godwit.Security.Signing;

namespace Godwit.Security.Tokens;

/// <summary>A JWS in compact form (RFC 7515 section 7.1), read strictly: what is refused here never reaches a key.</summary>
internal sealed class CompactJws : IDisposable
{
    private const int LongestHeader = 1024;

    /// <summary>No other member of a header is known, and what is not known is refused: each of those left out has been a way in (RFC 8725 sections 2 and 3).</summary>
    private static readonly string[] s_known = ["alg", "typ", "kid"];

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly JsonDocument _header;

    private CompactJws(JsonDocument header, byte[] signed, byte[] payload, byte[] signature) => (_header, Signed, Payload, Signature) = (header, signed, payload, signature);

    /// <summary>The bytes that the signature is over.</summary>
    public byte[] Signed { get; }

    public byte[] Payload { get; }

    public byte[] Signature { get; }

    public string? KeyId => Text("kid");

    public string? Type => Text("typ");

    /// <returns>Null with the fault when it is none that is worth looking for a key.</returns>
    public static CompactJws? Read(string token, int longest, out TokenFault fault)
    {
        fault = TokenFault.Malformed;
        if (token.Length > longest) return null;
        var parts = token.Split('.', 4);
        if (parts.Length != 3 || parts[0].Length is 0 or > LongestHeader || Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload || Decode(parts[2]) is not { } signature) return null;
        if (Json(header) is not { } document) return null;
        var jws = new CompactJws(document, Encoding.ASCII.GetBytes(token[..(parts[0].Length + 1 + parts[1].Length)]), payload, signature);
        fault = jws.HeaderFault();
        if (fault == TokenFault.None) return jws;
        jws.Dispose();
        return null;
    }

    /// <summary>A JSON object in which no member comes twice, at any depth, and every name and text is Unicode; null when it is none.</summary>
    public static JsonDocument? Json(byte[] utf8)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8, s_strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                ReadAllText(document.RootElement);
                return document;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Bytes that are not UTF-8, and lone surrogates, are found only when a text is read: here, and not by whoever reads it later.
            document?.Dispose();
            return null;
        }
        document.Dispose();
        return null;
    }

    public void Dispose() => _header.Dispose();

    private TokenFault HeaderFault()
    {
        var root = _header.RootElement;
        if (Text("alg") != Es256.Name) return TokenFault.Algorithm;
        if (root.EnumerateObject().Any(m => !s_known.Contains(m.Name))) return TokenFault.Header;
        return KeyId is not null && Signature.Length == Es256.SignatureLength ? TokenFault.None : TokenFault.Malformed;
    }

    private string? Text(string name) =>
        _header.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <exception cref="InvalidOperationException">A name or text is none.</exception>
    private static void ReadAllText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) ReadAllText(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAllText(member.Value);
                }
                break;
        }
    }

    private static byte[]? Decode(string part)
    {
        var length = part.Length / 4 * 3 + (part.Length % 4) switch { 2 => 1, 3 => 2, _ => 0 };
        return part.Length % 4 != 1 && StrictBase64Url.TryDecode(part, length, out var bytes) ? bytes : null;
    }
}
