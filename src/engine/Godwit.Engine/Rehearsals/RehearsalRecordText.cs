using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Engine.Certificates;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Engine.Rehearsals;

/// <summary>Records as they are kept: signed, in canonical form (RFC 8785).</summary>
public static class RehearsalRecordText
{
    public static string Sign(RehearsalRecord record, SigningKey key)
    {
        var unsigned = JsonSerializer.SerializeToElement(record with { Signature = null }, RehearsalRecordJson.Default.RehearsalRecord);
        var signed = JsonSerializer.SerializeToUtf8Bytes(record with { Signature = SignedJson.Sign(unsigned, key) }, RehearsalRecordJson.Default.RehearsalRecord);
        return Encoding.UTF8.GetString(CanonicalJson.Canonicalize(signed));
    }

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The record, or why it is not to be taken.</summary>
    public static (RehearsalRecord? Record, string? Refusal) Read(string text, KnownSigners known)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return (null, "it is no record");
            var (signer, kid, refusal) = SignedJson.Judge(document.RootElement, known);
            if (refusal is not null) return (null, "its signature does not belong to it");
            if (signer != SignerVerdict.KnownSigner) return (null, $"it is signed with the key {kid}, which is not known here");
            var record = document.RootElement.Deserialize(RehearsalRecordJson.Default.RehearsalRecord);
            return record is { Type: RehearsalRecord.RecordType, Format: RehearsalRecord.CurrentFormat } ? (record, null) : (null, "it is of another format");
        }
        catch (JsonException)
        {
            return (null, "it is no record");
        }
    }
}
