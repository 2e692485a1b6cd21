using System.Text.Json;
using Godwit.Security.Signing;

namespace Godwit.Engine.Certificates;

/// <summary>Certificates on disk: signed ES256 over the RFC 8785 form of everything but <c>signature</c>.</summary>
public static class CertificateFile
{
    /// <summary>Bytes of the largest certificate that is read.</summary>
    public const int LargestFile = 64 * 1024 * 1024;

    /// <summary>Signs and writes; the file is there whole or not at all, also after a power cut, and replaces an older one of the same name.</summary>
    /// <returns>The certificate with its signature.</returns>
    /// <exception cref="ArgumentException">The certificate contradicts itself; nothing is signed.</exception>
    public static Certificate Write(string path, Certificate certificate, SigningKey key)
    {
        var (signed, text) = Sign(certificate, key);
        SignedJson.Replace(path, text);
        return signed;
    }

    /// <summary>Signs, and writes nothing.</summary>
    /// <returns>The certificate with its signature, and the bytes of its file.</returns>
    /// <exception cref="ArgumentException">The certificate contradicts itself; nothing is signed.</exception>
    public static (Certificate Signed, byte[] Bytes) Sign(Certificate certificate, SigningKey key)
    {
        if (CertificateRules.Broken(certificate) is { } contradiction)
            throw new ArgumentException($"the certificate is not signed: {contradiction}", nameof(certificate));
        var unsigned = JsonSerializer.SerializeToElement(certificate with { Signature = null }, CertificateJson.Default.Certificate);
        var signed = certificate with { Signature = SignedJson.Sign(unsigned, key) };
        return (signed, [.. JsonSerializer.SerializeToUtf8Bytes(signed, CertificateJson.Default.Certificate), (byte)'\n']);
    }

    public static CertificateVerdict Verify(string path, KnownSigners known)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestFile)
                return new CertificateVerdict.NotACertificate("it is too large");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Verify(bytes, known);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CertificateVerdict.NotACertificate(
                e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read");
        }
    }

    public static CertificateVerdict Verify(ReadOnlyMemory<byte> bytes, KnownSigners known)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Verify(document.RootElement, known);
        }
        catch (JsonException)
        {
            return new CertificateVerdict.NotACertificate("it is not JSON");
        }
    }

    private static CertificateVerdict Verify(JsonElement root, KnownSigners known)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String
            || (!format.ValueEquals(Certificate.CurrentFormat) && !format.ValueEquals(RunCertificate.CurrentFormat)))
            return new CertificateVerdict.NotACertificate($"its format is not {Certificate.CurrentFormat}");
        if (format.ValueEquals(RunCertificate.CurrentFormat)) return RunCertificateFile.Verify(root, known);
        return SignedJson.Judge(root, known) switch
        {
            (_, _, { } refusal) => refusal,
            var (signer, kid, _) => Read(root) switch
            {
                (null, var reason) => new CertificateVerdict.NotACertificate($"it is signed, but {reason}"),
                (var certificate, _) when signer == SignerVerdict.KnownSigner => new CertificateVerdict.Valid(certificate, kid),
                (var certificate, _) => new CertificateVerdict.ValidUnknownSigner(certificate, kid),
            },
        };
    }

    private static (Certificate? Certificate, string? Reason) Read(JsonElement root)
    {
        try
        {
            var certificate = root.Deserialize(CertificateJson.Default.Certificate);
            return certificate is null ? (null, "it is empty")
                : CertificateRules.Broken(certificate) is { } contradiction ? (null, contradiction)
                : (certificate, null);
        }
        catch (JsonException)
        {
            return (null, "it lacks what a certificate holds");
        }
    }
}
