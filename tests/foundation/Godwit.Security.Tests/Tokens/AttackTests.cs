using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Security.Signing;
using Godwit.Security.Tokens;

namespace Godwit.Security.Tests.Tokens;

/// <summary>Tokens that have been taken somewhere and should not have been. Most are signed rightly with a key that is known: only the rule that a test is about stands in their way.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    private TokenBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await TokenBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public void The_tokens_below_would_be_taken_without_what_is_wrong_with_them() => Assert.Equal(TokenFault.None, _bench.Fault(_bench.Sign(_bench.Header(), _bench.Claims())));

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES384")]
    [InlineData("ES256K")]
    [InlineData("es256")]
    [InlineData("EdDSA")]
    [InlineData("ES256 ")]
    public void Any_other_algorithm_is_refused_also_with_a_right_signature(string algorithm) => Assert.Equal(TokenFault.Algorithm, _bench.Fault(_bench.Sign(_bench.Header(algorithm: algorithm), _bench.Claims())));

    [Fact]
    [Trait("ASVS", "9.1.1")]
    [Trait("ASVS", "9.1.2")]
    public void No_signature_and_a_public_key_as_the_secret_are_refused()
    {
        var none = TokenBench.Encode(_bench.Header(algorithm: "none"));
        var claims = TokenBench.Encode(_bench.Claims());
        Assert.Equal(TokenFault.Algorithm, _bench.Fault($"{none}.{claims}."));
        Assert.NotEqual(TokenFault.None, _bench.Fault($"{TokenBench.Encode(_bench.Header())}.{claims}."));
        foreach (var secret in new[] { _bench.Own.Public.Jwk, _bench.Keys.JwksDocument, _bench.Own.Public.X })
        {
            var signed = $"{TokenBench.Encode(_bench.Header(algorithm: "HS256"))}.{claims}";
            Assert.Equal(TokenFault.Algorithm, _bench.Fault($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}"));
        }
    }

    [Theory]
    [InlineData(""","jku":"https://evil.example/jwks" """)]
    [InlineData(""","x5u":"https://evil.example/cert" """)]
    [InlineData(""","jwk":{"kty":"EC","crv":"P-256","x":"a","y":"b"}""")]
    [InlineData(""","x5c":["MIIB"]""")]
    [InlineData(""","x5t":"abc" """)]
    [InlineData(""","crit":["exp"]""")]
    [InlineData(""","crit":[]""")]
    [InlineData(""","b64":false,"crit":["b64"]""")]
    [InlineData(""","zip":"DEF" """)]
    [InlineData(""","cty":"JWT" """)]
    [InlineData(""","enc":"A128GCM" """)]
    [InlineData(""","anything":1""")]
    public void A_header_that_brings_a_key_or_asks_for_something_is_refused(string more) => Assert.Equal(TokenFault.Header, _bench.Fault(_bench.Sign(_bench.Header(more), _bench.Claims())));

    [Fact]
    [Trait("ASVS", "9.1.3")]
    public void The_attackers_own_key_in_the_header_is_not_used()
    {
        using var attacker = SigningKey.Create();
        var header = $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{attacker.Kid}}"}""";
        var signed = $"{TokenBench.Encode(header)}.{TokenBench.Encode(_bench.Claims())}";
        Assert.Equal(TokenFault.UnknownKey, _bench.Fault($"{signed}.{Base64Url.EncodeToString(attacker.Sign(Encoding.ASCII.GetBytes(signed)))}"));
        var claimed = $"{TokenBench.Encode(_bench.Header())}.{TokenBench.Encode(_bench.Claims())}";
        Assert.Equal(TokenFault.Signature, _bench.Fault($"{claimed}.{Base64Url.EncodeToString(attacker.Sign(Encoding.ASCII.GetBytes(claimed)))}"));
    }

    [Theory]
    [InlineData("""{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"K"}""")]
    [InlineData("""{"alg":"none","typ":"at+jwt","kid":"K","\u0061lg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":7}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":null}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"\ud800"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"K","\ud800":1}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"K"} """ + "{}")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"K",}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"K"/**/}""")]
    [InlineData("\ufeff{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"ES256\"")]
    [InlineData("")]
    public void A_header_that_readers_could_read_differently_is_refused(string header) =>
        Assert.Equal(TokenFault.Malformed, _bench.Fault(_bench.Sign(header.Replace("\"K\"", $"\"{_bench.Own.Kid}\"", StringComparison.Ordinal), _bench.Claims())));

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("' OR 1=1 --")]
    [InlineData("")]
    [InlineData("\u0000")]
    public void A_key_id_is_looked_up_and_nothing_else(string kid)
    {
        var header = $$"""{"alg":"ES256","typ":"at+jwt","kid":{{JsonSerializer.Serialize(kid)}}}""";
        Assert.Equal(TokenFault.UnknownKey, _bench.Fault(_bench.Sign(header, _bench.Claims())));
    }

    [Theory]
    [InlineData("""{"aud":"api","nbf":NOW,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","nbf":NOW,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":"END"}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END.5}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":1e400}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":99999999999999}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":-1,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":null}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END,"iat":"x"}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END,"sub":7}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END,"sub":"\udc00"}""", TokenFault.Malformed)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END,"x":{"\ud800":[]}}""", TokenFault.Malformed)]
    [InlineData("""{"iss":["https://id.example.org"],"aud":"api","nbf":NOW,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":[],"nbf":NOW,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":["api",7],"nbf":NOW,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":{"a":"api"},"nbf":NOW,"exp":END}""", TokenFault.Claims)]
    [InlineData("""{"iss":"https://id.example.org","aud":["other"],"nbf":NOW,"exp":END}""", TokenFault.Audience)]
    [InlineData("""{"iss":"https://id.example.org","aud":"API","nbf":NOW,"exp":END}""", TokenFault.Audience)]
    [InlineData("""{"iss":"https://id.example.org.evil","aud":"api","nbf":NOW,"exp":END}""", TokenFault.Issuer)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":0,"exp":END}""", TokenFault.LivesTooLong)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":253402300799}""", TokenFault.LivesTooLong)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":END,"exp":END}""", TokenFault.NotYetValid)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END,"exp":END}""", TokenFault.Malformed)]
    [InlineData("""{"iss":"https://id.example.org","aud":"api","nbf":NOW,"exp":END,"a":{"b":1,"b":2}}""", TokenFault.Malformed)]
    [InlineData("[]", TokenFault.Malformed)]
    [InlineData("", TokenFault.Malformed)]
    [InlineData("""{"iss":"https://id.example.org","aud":["x","api"],"nbf":NOW,"exp":END}""", TokenFault.None)]
    public void Claims_are_all_there_of_their_kinds_and_once(string claims, TokenFault fault) => Assert.Equal(
        fault, _bench.Fault(_bench.Sign(_bench.Header(), claims.Replace("NOW", $"{_bench.Now}", StringComparison.Ordinal).Replace("END", $"{_bench.Now + 600}", StringComparison.Ordinal))));

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var deep = new string('[', 1000) + new string(']', 1000);
        Assert.Equal(TokenFault.Malformed, _bench.Fault(_bench.Sign(_bench.Header(), _bench.Claims($",\"x\":{deep}"))));
        Assert.Equal(TokenFault.Malformed, _bench.Fault(_bench.Sign(_bench.Header($",\"x\":{deep[480..^480]}"), _bench.Claims())));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused_wherever_they_stand()
    {
        byte[] Broken(string json) => [.. Encoding.UTF8.GetBytes(json).Select(b => b == (byte)'~' ? (byte)0xf9 : b)];
        string Sign(byte[] header, byte[] payload)
        {
            var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
            return $"{signed}.{Base64Url.EncodeToString(_bench.Own.Sign(Encoding.ASCII.GetBytes(signed)))}";
        }
        var (header, claims) = (Encoding.UTF8.GetBytes(_bench.Header()), Encoding.UTF8.GetBytes(_bench.Claims()));
        Assert.Equal(TokenFault.None, _bench.Fault(Sign(header, claims)));
        foreach (var more in new[] { ",\"~\":1", ",\"x\":\"~\"" })
        {
            Assert.Equal(TokenFault.Malformed, _bench.Fault(Sign(Broken(_bench.Header(more)), claims)));
            Assert.Equal(TokenFault.Malformed, _bench.Fault(Sign(header, Broken(_bench.Claims(more)))));
        }
    }

    [Fact]
    public void Every_change_of_a_character_is_refused()
    {
        var token = _bench.Sign(_bench.Header(), _bench.Claims());
        for (var at = 0; at < token.Length; at++)
        {
            foreach (var other in "A_z=. +/\n\u0000\u00e9")
            {
                if (token[at] == other) continue;
                Assert.NotEqual(TokenFault.None, _bench.Fault($"{token[..at]}{other}{token[(at + 1)..]}"));
            }
        }
    }

    [Fact]
    public void Padding_space_more_parts_and_other_serialisations_are_refused()
    {
        var token = _bench.Sign(_bench.Header(), _bench.Claims());
        var parts = token.Split('.');
        string[] wrong =
        [
            "", ".", "..", "...", token + ".", "." + token, token + ".x.y", " " + token, token + "\n", token.Replace(".", "..", StringComparison.Ordinal), parts[0], $"{parts[0]}.{parts[1]}",
            $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2]}==", $"{parts[0]}.{parts[1]}.{parts[2][..^1]}", $"{parts[0]}.{parts[1]}.{parts[2]}A", $"{parts[0]}.{parts[1]}.{new string('A', 86)}",
            $$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}""", $"Bearer {token}", new string('a', 100_000), $"{parts[0]}.{new string('A', 20_000)}.{parts[2]}",
        ];
        Assert.All(wrong, w => Assert.NotEqual(TokenFault.None, _bench.Fault(w)));
    }

    [Fact]
    public void A_signature_in_DER_or_with_zeros_is_refused()
    {
        var signed = $"{TokenBench.Encode(_bench.Header())}.{TokenBench.Encode(_bench.Claims())}";
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(_bench.Own.ExportPem());
        var der = ecdsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        foreach (var signature in new[] { der, new byte[64], [.. new byte[63], 1], [], [.. der, 0] }) Assert.NotEqual(TokenFault.None, _bench.Fault($"{signed}.{Base64Url.EncodeToString(signature)}"));
    }

    [Fact]
    [Trait("ASVS", "9.1.2")]
    public void Every_vector_of_Wycheproof_is_judged_as_it_says_and_other_algorithms_are_all_refused()
    {
        var (own, foreign, others) = (0, 0, 0);
        foreach (var group in Wycheproof.Groups("json_web_signature_test.json"))
        {
            var isPublic = group.TryGetProperty("public", out var jwk);
            EcPublicKey? key = null;
            try
            {
                if (isPublic) key = EcPublicKey.FromJwk(jwk.GetRawText());
            }
            catch (SigningKeyException)
            {
                // RSA, other curves, and keys that are for encryption: a verifier never has them.
                key = null;
            }
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var token = test.GetProperty("jws").ValueKind == JsonValueKind.String ? test.GetProperty("jws").GetString()! : test.GetProperty("jws").GetRawText();
                // The vectors have no claims and no type, so the signature is asked for alone.
                using var jws = CompactJws.Read(token, 8192, out _);
                var taken = jws is not null && key is not null && Es256.Verify(key, jws.Signed, jws.Signature);
                Assert.Equal(key is not null && Wycheproof.IsValid(test), taken);
                // Whatever else is right with it: a token of another algorithm does not get as far as a key.
                if (Algorithm(token) is not "ES256")
                {
                    Assert.Null(jws);
                    others++;
                }
                _ = key is null ? foreign++ : own++;
            }
        }
        Assert.Equal((39, 362), (own, foreign));
        Assert.Equal(366, others);
    }

    /// <summary>What the header says, read as leniently as can be; null when it says nothing.</summary>
    private static string? Algorithm(string token)
    {
        try
        {
            var header = token.Split('.')[0];
            using var json = JsonDocument.Parse(Convert.FromBase64String(header.Replace('-', '+').Replace('_', '/').PadRight((header.Length + 3) / 4 * 4, '=')));
            return json.RootElement.TryGetProperty("alg", out var algorithm) && algorithm.ValueKind == JsonValueKind.String ? algorithm.GetString() : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
