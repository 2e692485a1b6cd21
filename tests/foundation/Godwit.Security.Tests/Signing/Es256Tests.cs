using System.Buffers.Text;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Signing;

namespace Godwit.Security.Tests.Signing;

public sealed class Es256Tests
{
    [Fact]
    public void What_a_key_signs_it_verifies()
    {
        using var key = SigningKey.Create();
        Prop.ForAll<byte[]>(data => Es256.Verify(key.Public, data, key.Sign(data))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_flipped_bit_anywhere_fails()
    {
        using var key = SigningKey.Create();
        Prop.ForAll<NonEmptyArray<byte>, ushort>((data, position) =>
        {
            var signature = key.Sign(data.Get);
            var flippedData = Flip(data.Get, position);
            var flippedSignature = Flip(signature, position);
            return !Es256.Verify(key.Public, flippedData, signature) && !Es256.Verify(key.Public, data.Get, flippedSignature);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_single_bit_of_one_signature_counts()
    {
        using var key = SigningKey.Create();
        var signature = key.Sign("godwit"u8);
        for (var bit = 0; bit < signature.Length * 8; bit++)
            Assert.False(Es256.Verify(key.Public, "godwit"u8, Flip(signature, bit)));
    }

    [Fact]
    public void Another_key_does_not_verify()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        Assert.False(Es256.Verify(other.Public, "godwit"u8, key.Sign("godwit"u8)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(128)]
    public void A_signature_of_another_length_fails(int length)
    {
        using var key = SigningKey.Create();
        Assert.False(Es256.Verify(key.Public, "godwit"u8, new byte[length]));
    }

    /// <summary>RFC 7515 appendix A.3.</summary>
    [Fact]
    public void The_example_of_RFC_7515_verifies()
    {
        var key = EcPublicKey.FromJwk(
            """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""");
        var signed = Encoding.ASCII.GetBytes(
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
        var signature = Base64Url.DecodeFromChars("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
        Assert.True(Es256.Verify(key, signed, signature));
    }

    private static byte[] Flip(byte[] bytes, int position)
    {
        var bit = position % (bytes.Length * 8);
        byte[] flipped = [.. bytes];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
