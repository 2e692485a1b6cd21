using System.Security.Cryptography;
using System.Text.Json;

namespace Godwit.Security.Tests.Encryption;

/// <summary>The C2SP Wycheproof vectors for AES-256-GCM with the nonce and tag that the encrypted format uses: the cipher of this machine is the one that was meant.</summary>
public sealed class AesGcmVectorTests
{
    [Fact]
    public void Every_vector_is_judged_as_Wycheproof_says()
    {
        var path = VectorsUpward();
        Assert.SkipUnless(path is not null, "shared/data/wycheproof is not beside the repository");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path!));
        var judged = 0;
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray().Where(g => g.GetProperty("keySize").GetInt32() == 256 && g.GetProperty("ivSize").GetInt32() == 96))
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var (message, sealedText, tag) = (Bytes(test, "msg"), Bytes(test, "ct"), Bytes(test, "tag"));
                using var cipher = new AesGcm(Bytes(test, "key"), tag.Length);
                var plain = new byte[sealedText.Length];
                var opens = true;
                try
                {
                    cipher.Decrypt(Bytes(test, "iv"), sealedText, tag, plain, Bytes(test, "aad"));
                }
                catch (AuthenticationTagMismatchException)
                {
                    opens = false;
                }
                Assert.Equal(test.GetProperty("result").GetString() == "valid", opens);
                if (opens) Assert.Equal(message, plain);
                judged++;
            }
        }
        Assert.True(judged > 30, $"{judged} vectors");

        static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);
    }

    private static string? VectorsUpward()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Godwit.slnx"))) continue;
            var path = Path.Combine(folder.FullName, "..", "shared", "data", "wycheproof", "aes_gcm_test.json");
            return File.Exists(path) ? path : null;
        }
        return null;
    }
}
