using System.Text.Json;
using Godwit.Security.Signing;

namespace Godwit.Security.Tests.Signing;

/// <summary>The C2SP Wycheproof vectors for ECDSA P-256 with SHA-256, signatures as r and s.</summary>
public sealed class WycheproofTests
{
    [Fact]
    public void Every_vector_is_judged_as_Wycheproof_says()
    {
        var path = VectorsUpward();
        Assert.SkipUnless(path is not null, "shared/data/wycheproof is not beside the repository");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path!));
        var judged = 0;
        var wrong = new List<int>();
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key = EcPublicKey.FromPem(group.GetProperty("publicKeyPem").GetString()!);
            if (group.TryGetProperty("publicKeyJwk", out var jwk))
                Assert.Equal(key, EcPublicKey.FromJwk(jwk.GetRawText()));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var message = Convert.FromHexString(test.GetProperty("msg").GetString()!);
                var signature = Convert.FromHexString(test.GetProperty("sig").GetString()!);
                if (Es256.Verify(key, message, signature) != (test.GetProperty("result").GetString() == "valid"))
                    wrong.Add(test.GetProperty("tcId").GetInt32());
                judged++;
            }
        }
        Assert.Empty(wrong);
        Assert.Equal(document.RootElement.GetProperty("numberOfTests").GetInt32(), judged);
    }

    private static string? VectorsUpward()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Godwit.slnx")))
                continue;
            var path = Path.Combine(folder.FullName, "..", "shared", "data", "wycheproof", "ecdsa_secp256r1_sha256_p1363_test.json");
            return File.Exists(path) ? path : null;
        }
        return null;
    }
}
