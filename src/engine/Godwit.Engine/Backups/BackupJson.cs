using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Godwit.Engine.Certificates;
using Godwit.Security.Signing;

namespace Godwit.Engine.Backups;

/// <summary>Manifests and verifications as signed JSON (ES256 over the canonical form).</summary>
public static class BackupJson
{
    private const int LongestFile = 256 * 1024 * 1024;

    public static byte[] Sign(BackupManifest manifest, SigningKey key) =>
        Write(manifest with { Signature = Sign(manifest with { Signature = null }, key, BackupDocuments.Default.BackupManifest) }, BackupDocuments.Default.BackupManifest);

    public static byte[] Sign(BackupVerification verification, SigningKey key) =>
        Write(verification with { Signature = Sign(verification with { Signature = null }, key, BackupDocuments.Default.BackupVerification) }, BackupDocuments.Default.BackupVerification);

    /// <summary>A manifest, or why it is not taken.</summary>
    public static (BackupManifest? Manifest, string? Refusal) ReadManifest(byte[] bytes, KnownSigners known) =>
        Read(bytes, known, BackupDocuments.Default.BackupManifest, m => m.Kind == BackupManifest.Type && m.Format == BackupManifest.CurrentFormat);

    public static (BackupVerification? Verification, string? Refusal) ReadVerification(byte[] bytes, KnownSigners known) =>
        Read(bytes, known, BackupDocuments.Default.BackupVerification, v => v.Kind == BackupVerification.Type);

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <exception cref="IOException">It cannot be read, or is larger than one is.</exception>
    public static byte[] ReadFile(string path) =>
        new FileInfo(path) is { Exists: true, Length: > LongestFile } ? throw new IOException($"{path} is larger than a manifest is") : File.ReadAllBytes(path);

    private static CertificateSignature Sign<T>(T document, SigningKey key, JsonTypeInfo<T> type) => SignedJson.Sign(JsonSerializer.SerializeToElement(document, type), key);

    private static byte[] Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    private static (T? Document, string? Refusal) Read<T>(byte[] bytes, KnownSigners known, JsonTypeInfo<T> type, Func<T, bool> fits)
        where T : class
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var (signer, kid, refusal) = SignedJson.Judge(json.RootElement, known);
            if (refusal is not null) return (null, "its signature does not belong to it");
            if (signer != SignerVerdict.KnownSigner) return (null, $"it is signed by {kid}, whom this machine does not know");
            var document = json.RootElement.Deserialize(type);
            return document is not null && fits(document) ? (document, null) : (null, "it is of another kind or version");
        }
        catch (JsonException e)
        {
            return (null, $"it is not as it was written: {e.Message}");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupVerification))]
internal sealed partial class BackupDocuments : JsonSerializerContext;
