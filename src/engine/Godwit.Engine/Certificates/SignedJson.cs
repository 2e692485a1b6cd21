using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Godwit.Security.Canonical;
using Godwit.Security.Files;
using Godwit.Security.Signing;

namespace Godwit.Engine.Certificates;

/// <summary>A JSON object that is signed ES256 over the RFC 8785 form of everything but <c>signature</c>.</summary>
internal static class SignedJson
{
    private const string SignatureMember = "signature";

    public static CertificateSignature Sign(JsonElement unsigned, SigningKey key) => new(
        Es256.Name, key.Kid, new CertificateJwk("EC", "P-256", key.Public.X, key.Public.Y), Base64Url.EncodeToString(key.Sign(CanonicalJson.Canonicalize(unsigned, without: SignatureMember))));

    /// <summary>Who signed, or why it is not to be taken.</summary>
    public static (SignerVerdict Signer, string Kid, CertificateVerdict? Refusal) Judge(JsonElement root, KnownSigners known)
    {
        if (!root.TryGetProperty(SignatureMember, out var member)) return Refuse(new CertificateVerdict.NotACertificate("it is not signed"));
        byte[] signed;
        try
        {
            signed = CanonicalJson.Canonicalize(root, without: SignatureMember);
        }
        catch (CanonicalJsonException e)
        {
            return Refuse(new CertificateVerdict.NotACertificate(e.Message));
        }
        if (ReadSignature(member) is not { } signature) return Refuse(new CertificateVerdict.BadSignature("the signature is not an ES256 signature with its key"));
        return known.Judge(signature.Key, signed, signature.Value) is var signer and not SignerVerdict.BadSignature
            ? (signer, signature.Key.Kid, null)
            : Refuse(new CertificateVerdict.BadSignature("it does not belong to this content and key"));

        static (SignerVerdict, string, CertificateVerdict?) Refuse(CertificateVerdict verdict) => (SignerVerdict.BadSignature, "", verdict);
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

    /// <summary>The file is there whole or not at all, also after a power cut.</summary>
    public static void Replace(string path, byte[] bytes)
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
