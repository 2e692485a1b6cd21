using System.Security.Cryptography;
using Godwit.Security.Signing;

namespace Godwit.Security.Tests.Signing;

public sealed class EcPublicKeyTests
{
    private const string X = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
    private const string Y = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";

    /// <summary>The key and thumbprint of RFC 9449 section 6.1.</summary>
    [Fact]
    [Trait("ASVS", "11.4.3")]
    public void The_kid_is_the_thumbprint_of_RFC_7638() =>
        Assert.Equal("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", EcPublicKey.FromCoordinates(X, Y).Kid);

    [Fact]
    public void A_key_reads_its_own_JWK_and_PEM()
    {
        using var key = SigningKey.Create();
        Assert.Equal(key.Public, EcPublicKey.FromJwk(key.Public.Jwk));
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(key.ExportPem());
        Assert.Equal(key.Public, EcPublicKey.FromPem(ecdsa.ExportSubjectPublicKeyInfoPem()));
    }

    [Theory]
    [InlineData("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFt", Y)] // not canonical: a stray last bit
    [InlineData(X + "=", Y)]
    [InlineData(" " + X, Y)]
    [InlineData("l8tFrhx+34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", Y)] // the other alphabet
    [InlineData(Y, X)] // not on the curve
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(null, Y)]
    [InlineData("", "")]
    public void Coordinates_that_are_no_point_are_refused(string? x, string? y) =>
        Assert.Throws<SigningKeyException>(() => EcPublicKey.FromCoordinates(x, y));

    [Theory]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","d":"AA"}""")]
    [InlineData("""{"kty":"EC","kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_JWK_of_another_kind_is_refused(string json) =>
        Assert.Throws<SigningKeyException>(() => EcPublicKey.FromJwk(json));

    [Fact]
    public void A_PEM_of_another_kind_is_refused()
    {
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var own = SigningKey.Create();
        Assert.Throws<SigningKeyException>(() => EcPublicKey.FromPem(rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<SigningKeyException>(() => EcPublicKey.FromPem(p384.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<SigningKeyException>(() => EcPublicKey.FromPem(own.ExportPem()));
        Assert.Throws<SigningKeyException>(() => EcPublicKey.FromPem("no key at all"));
    }
}
