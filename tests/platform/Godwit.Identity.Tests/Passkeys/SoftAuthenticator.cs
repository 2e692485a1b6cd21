using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Godwit.Identity.Tests.Passkeys;

/// <summary>An authenticator and the browser before it, in software (WebAuthn level 3): it makes one passkey and answers with it. What each test wants wrong is set, or done to what it answers.</summary>
internal sealed class SoftAuthenticator : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] Id { get; init; } = RandomNumberGenerator.GetBytes(32);

    public string Origin { get; set; } = "http://localhost:8080";

    public string Domain { get; set; } = "localhost";

    public string? Type { get; set; }

    public bool CrossOrigin { get; set; }

    public bool Present { get; set; } = true;

    public bool Verified { get; set; } = true;

    public bool BackupEligible { get; set; }

    public bool BackedUp { get; set; }

    public uint Count { get; set; }

    public bool Counts { get; set; } = true;

    /// <summary>The user handle that it keeps, and gives with every answer.</summary>
    public string? Handle { get; set; }

    /// <summary>none, packed, or another word.</summary>
    public string Statement { get; set; } = "none";

    /// <summary>COSE's number of the algorithm that the key says it is for.</summary>
    public int Algorithm { get; set; } = -7;

    public Func<byte[], byte[]> Signed { get; set; } = static signature => signature;

    /// <summary>What <c>toJSON</c> of a new credential gives.</summary>
    public JsonObject Register(JsonElement options)
    {
        Handle = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString()));
        var client = ClientData(Type ?? "webauthn.create", options.GetProperty("challenge").GetString()!);
        var data = Data(attested: true);
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(3);
        cbor.WriteTextString("fmt");
        cbor.WriteTextString(Statement);
        cbor.WriteTextString("attStmt");
        if (Statement == "none")
        {
            cbor.WriteStartMap(0);
            cbor.WriteEndMap();
        }
        else
        {
            cbor.WriteStartMap(2);
            cbor.WriteTextString("alg");
            cbor.WriteInt32(-7);
            cbor.WriteTextString("sig");
            cbor.WriteByteString(Sign(data, client));
            cbor.WriteEndMap();
        }
        cbor.WriteTextString("authData");
        cbor.WriteByteString(data);
        cbor.WriteEndMap();
        return Answer(new JsonObject { ["clientDataJSON"] = Text(client), ["attestationObject"] = Text(cbor.Encode()), ["transports"] = new JsonArray("internal") });
    }

    /// <summary>What <c>toJSON</c> of an answer gives.</summary>
    public JsonObject Assert(JsonElement options)
    {
        if (Counts) Count++;
        var client = ClientData(Type ?? "webauthn.get", options.GetProperty("challenge").GetString()!);
        var data = Data(attested: false);
        var response = new JsonObject { ["clientDataJSON"] = Text(client), ["authenticatorData"] = Text(data), ["signature"] = Text(Sign(data, client)) };
        if (Handle is not null) response["userHandle"] = Text(Encoding.UTF8.GetBytes(Handle));
        return Answer(response);
    }

    public void Dispose() => _key.Dispose();

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private JsonObject Answer(JsonObject response) => new() { ["id"] = Text(Id), ["rawId"] = Text(Id), ["type"] = "public-key", ["clientExtensionResults"] = new JsonObject(), ["response"] = response };

    private byte[] ClientData(string type, string challenge) =>
        Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["challenge"] = challenge, ["origin"] = Origin, ["crossOrigin"] = CrossOrigin }.ToJsonString());

    private byte[] Sign(byte[] data, byte[] client) => Signed(_key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private byte[] Data(bool attested)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, Count);
        var flags = (byte)((Present ? 1 : 0) | (Verified ? 4 : 0) | (BackupEligible ? 8 : 0) | (BackedUp ? 16 : 0) | (attested ? 64 : 0));
        byte[] head = [.. SHA256.HashData(Encoding.UTF8.GetBytes(Domain)), flags, .. count];
        return attested ? [.. head, .. new byte[16], (byte)(Id.Length >> 8), (byte)Id.Length, .. Id, .. PublicKey()] : head;
    }

    private byte[] PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(5);
        foreach (var (label, number) in new[] { (1, 2), (3, Algorithm), (-1, 1) })
        {
            cbor.WriteInt32(label);
            cbor.WriteInt32(number);
        }
        cbor.WriteInt32(-2);
        cbor.WriteByteString(point.X!);
        cbor.WriteInt32(-3);
        cbor.WriteByteString(point.Y!);
        cbor.WriteEndMap();
        return cbor.Encode();
    }
}
