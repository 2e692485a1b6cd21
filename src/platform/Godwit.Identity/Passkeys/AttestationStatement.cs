using System.Formats.Cbor;

namespace Godwit.Identity.Passkeys;

/// <summary>
/// What a new passkey says of its origin. None is asked for; browsers then send none, or one that the passkey has signed itself (WebAuthn level 3, sections 8.7 and 8.2), which has to be right. A vendor's statement, which nobody
/// here could judge, is not taken.
/// </summary>
internal static class AttestationStatement
{
    private const int PlaceOfLength = 53;

    /// <param name="attestation">The attestation object, in CBOR.</param>
    /// <param name="clientDataHash">SHA-256 of the client's data.</param>
    public static bool IsGood(ReadOnlyMemory<byte> attestation, ReadOnlySpan<byte> clientDataHash)
    {
        try
        {
            var reader = new CborReader(attestation, CborConformanceMode.Ctap2Canonical);
            var (format, data, statement) = ("", Array.Empty<byte>(), ReadOnlyMemory<byte>.Empty);
            for (var left = reader.ReadStartMap() ?? throw new CborContentException("a map without a length"); left > 0; left--)
            {
                switch (reader.ReadTextString())
                {
                    case "fmt": format = reader.ReadTextString(); break;
                    case "authData": data = reader.ReadByteString(); break;
                    case "attStmt": statement = reader.ReadEncodedValue(); break;
                    default: return false;
                }
            }
            reader.ReadEndMap();
            return format switch
            {
                "none" => statement.Span is [0xa0],
                "packed" => IsOwn(statement, data, clientDataHash),
                _ => false,
            };
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static bool IsOwn(ReadOnlyMemory<byte> statement, byte[] data, ReadOnlySpan<byte> clientDataHash)
    {
        var reader = new CborReader(statement, CborConformanceMode.Ctap2Canonical);
        var (algorithm, signature) = (0, Array.Empty<byte>());
        for (var left = reader.ReadStartMap() ?? 0; left > 0; left--)
        {
            switch (reader.ReadTextString())
            {
                case "alg": algorithm = reader.ReadInt32(); break;
                case "sig": signature = reader.ReadByteString(); break;
                default: return false;
            }
        }
        // The key stands after the relying party's hash, flags, counter, authenticator's model and the credential's id with its length.
        if (data.Length < PlaceOfLength + 2) return false;
        var key = PlaceOfLength + 2 + ((data[PlaceOfLength] << 8) | data[PlaceOfLength + 1]);
        if (key >= data.Length) return false;
        using var signer = CoseKey.Read(data.AsMemory(key));
        return signer is not null && signer.Algorithm == algorithm && signer.Verify([.. data, .. clientDataHash], signature);
    }
}
