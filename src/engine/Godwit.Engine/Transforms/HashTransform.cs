using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary>
/// <c>hash</c>: SHA-256 (FIPS 180-4) of the value's bytes, or HMAC-SHA256 (RFC 2104) under a secret's. What can be guessed, a short code or an
/// email, is only hidden by the second.
/// </summary>
internal sealed class HashTransform : ITransformKind
{
    public string Name => "hash";

    public string Summary => "SHA-256 of the value, or HMAC-SHA256 under a secret";

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("key", Parameters.Variable, "The environment variable that holds the secret, whose UTF-8 bytes are the key; without one it is plain SHA-256"),
        new Field("output", new Shape.Choice("hex", "base64url", "bytea"), "Lower-case hexadecimal, base64url without padding, or the 32 bytes") { Default = "hex" })
    { Short = "from" };

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings)
    {
        var output = settings.Parameters.Text("output");
        return new Transform
        {
            Inputs = [settings.Input()],
            Output = output == "bytea" ? TransformOutput.Bytes : TransformOutput.Text,
            Key = settings.Parameters.TextOrNull("key") is { } variable ? new Secret(variable, 1) : null,
            Function = secret =>
            {
                var key = secret is null ? null : Encoding.UTF8.GetBytes(secret);
                return Transform.OfOne(value => Write(key is null ? SHA256.HashData(value.ToBytes()) : HMACSHA256.HashData(key, value.ToBytes())));
            },
        };

        CellValue Write(byte[] digest) => output switch
        {
            "bytea" => CellValue.Of(digest),
            "base64url" => CellValue.Of(Base64Url.EncodeToString(digest)),
            _ => CellValue.Of(Convert.ToHexStringLower(digest)),
        };
    }
}
