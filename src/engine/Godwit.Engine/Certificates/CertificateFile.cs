using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Godwit.Security.Canonical;
using Godwit.Security.Files;
using Godwit.Security.Signing;

namespace Godwit.Engine.Certificates;

/// <summary>Certificates on disk: signed ES256 over the RFC 8785 form of everything but <c>signature</c>.</summary>
public static class CertificateFile
{
    /// <summary>Bytes of the largest certificate that is read.</summary>
    public const int LargestFile = 64 * 1024 * 1024;

    private const string SignatureMember = "signature";

    /// <summary>Signs and writes; the file is there whole or not at all, also after a power cut, and replaces an older one of the same name.</summary>
    /// <returns>The certificate with its signature.</returns>
    /// <exception cref="ArgumentException">The certificate contradicts itself; nothing is signed.</exception>
    public static Certificate Write(string path, Certificate certificate, SigningKey key)
    {
        var (signed, text) = Sign(certificate, key);
        Replace(path, text);
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
        var value = key.Sign(CanonicalJson.Canonicalize(unsigned, without: SignatureMember));
        var signed = certificate with
        {
            Signature = new CertificateSignature(
                Es256.Name, key.Kid, new CertificateJwk("EC", "P-256", key.Public.X, key.Public.Y), Base64Url.EncodeToString(value)),
        };
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
            || !format.ValueEquals(Certificate.CurrentFormat))
            return new CertificateVerdict.NotACertificate($"its format is not {Certificate.CurrentFormat}");
        if (!root.TryGetProperty(SignatureMember, out var member))
            return new CertificateVerdict.NotACertificate("it is not signed");

        byte[] signed;
        try
        {
            signed = CanonicalJson.Canonicalize(root, without: SignatureMember);
        }
        catch (CanonicalJsonException e)
        {
            return new CertificateVerdict.NotACertificate(e.Message);
        }
        if (ReadSignature(member) is not { } signature)
            return new CertificateVerdict.BadSignature("the signature is not an ES256 signature with its key");

        return known.Judge(signature.Key, signed, signature.Value) switch
        {
            SignerVerdict.BadSignature => new CertificateVerdict.BadSignature("it does not belong to this content and key"),
            var signer => Read(root) switch
            {
                (null, var reason) => new CertificateVerdict.NotACertificate($"it is signed, but {reason}"),
                (var certificate, _) when signer == SignerVerdict.KnownSigner => new CertificateVerdict.Valid(certificate, signature.Key.Kid),
                (var certificate, _) => new CertificateVerdict.ValidUnknownSigner(certificate, signature.Key.Kid),
            },
        };
    }

    /// <summary>Strict, because this member is the one that the signature does not cover: nothing in it may be changed, added or written another way.</summary>
    private static (EcPublicKey Key, byte[] Value)? ReadSignature(JsonElement member)
    {
        try
        {
            var signature = member.Deserialize(CertificateJson.Default.CertificateSignature);
            if (signature is not { Alg: Es256.Name, Jwk: { Kty: "EC", Crv: "P-256" } jwk }
                || !StrictBase64Url.TryDecode(signature.Value, Es256.SignatureLength, out var value))
                return null;
            var key = EcPublicKey.FromCoordinates(jwk.X, jwk.Y);
            return key.Kid == signature.Kid ? (key, value) : null;
        }
        catch (Exception e) when (e is JsonException or SigningKeyException)
        {
            return null;
        }
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

    private static void Replace(string path, byte[] bytes)
    {
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.draft";
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
            FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
