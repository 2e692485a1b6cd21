using System.Security.Cryptography;
using Godwit.Security.Signing;

namespace Godwit.Security.Tests.Signing;

public sealed class KnownSignersTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void The_own_key_is_known()
    {
        using var own = SigningKeyFile.LoadOrCreate(_home.Path);
        Assert.Equal(SignerVerdict.KnownSigner, KnownSigners.Load(_home.Path).Judge(own.Public, "data"u8, own.Sign("data"u8)));
    }

    [Fact]
    public void Keys_of_the_folder_are_known_in_both_forms()
    {
        using var pem = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var jwk = SigningKey.Create();
        _home.AddSigner("colleague.pem", pem.ExportSubjectPublicKeyInfoPem());
        _home.AddSigner("server.jwk", jwk.Public.Jwk);
        _home.AddSigner("README", "not a key, and not asked to be one");
        var known = KnownSigners.Load(_home.Path);
        Assert.Equal(2, known.Keys.Count);
        Assert.True(known.Knows(EcPublicKey.FromPem(pem.ExportSubjectPublicKeyInfoPem())));
        Assert.True(known.Knows(jwk.Public));
    }

    [Fact]
    public void An_unknown_signer_is_told_apart_from_a_bad_signature()
    {
        using var own = SigningKeyFile.LoadOrCreate(_home.Path);
        using var stranger = SigningKey.Create();
        var known = KnownSigners.Load(_home.Path);
        Assert.Equal(SignerVerdict.UnknownSigner, known.Judge(stranger.Public, "data"u8, stranger.Sign("data"u8)));
        Assert.Equal(SignerVerdict.BadSignature, known.Judge(stranger.Public, "other"u8, stranger.Sign("data"u8)));
        Assert.Equal(SignerVerdict.BadSignature, known.Judge(own.Public, "data"u8, stranger.Sign("data"u8)));
    }

    [Theory]
    [InlineData("broken.pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    [InlineData("broken.jwk", "{}")]
    public void A_known_signer_that_cannot_be_read_is_named_not_passed_over(string name, string text)
    {
        _home.AddSigner(name, text);
        Assert.Contains(name, Assert.Throws<SigningKeyException>(() => KnownSigners.Load(_home.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "13.3.2")]
    public void A_private_key_among_the_known_signers_is_refused_without_being_shown()
    {
        using var key = SigningKey.Create();
        var pem = key.ExportPem();
        _home.AddSigner("oops.pem", pem);
        var refusal = Assert.Throws<SigningKeyException>(() => KnownSigners.Load(_home.Path));
        Assert.Contains("private key", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(pem.Split('\n')[1], refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_key_every_right_signature_is_an_unknown_signers()
    {
        using var stranger = SigningKey.Create();
        var known = KnownSigners.Load(Path.Combine(_home.Path, "nowhere"));
        Assert.Equal(SignerVerdict.UnknownSigner, known.Judge(stranger.Public, "data"u8, stranger.Sign("data"u8)));
    }
}
