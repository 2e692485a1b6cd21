using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Certificates;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Certificates;

public sealed class CertificateTamperingTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Create();
    private readonly byte[] _file;

    public CertificateTamperingTests()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        CertificateFile.Write(path, SampleCertificate.Make(), _key);
        _file = File.ReadAllBytes(path);
        File.Delete(path);
    }

    public void Dispose() => _key.Dispose();

    [Fact]
    public void The_file_as_it_was_written_is_valid() => Assert.True(IsValid(_file));

    [Fact]
    public void Every_value_counts() => AssertAllFail(path => (path, Change(At(path))));

    [Fact]
    public void Every_value_turned_to_null_counts() =>
        AssertAllFail(path => (path, At(path) is null ? JsonValue.Create("was null") : null));

    [Fact]
    public void No_member_or_item_can_be_taken_away_or_added()
    {
        var edits = 0;
        foreach (var path in Paths(Parse(), []))
        {
            if (path.Length == 0)
                continue;
            var taken = Parse();
            var parent = Follow(taken, path[..^1])!;
            if (parent is JsonObject o)
                o.Remove((string)path[^1]);
            else
                ((JsonArray)parent).RemoveAt((int)path[^1]);
            Assert.False(IsValid(Bytes(taken)), $"taken away: {string.Join('/', path)}");
            edits++;
        }
        foreach (var path in Paths(Parse(), []))
        {
            var more = Parse();
            if (Follow(more, path) is JsonObject o)
                o.Add("extra", 1);
            else if (Follow(more, path) is JsonArray a)
                a.Add("extra");
            else
                continue;
            Assert.False(IsValid(Bytes(more)), $"added to: {string.Join('/', path)}");
            edits++;
        }
        Assert.InRange(edits, 80, 400);
    }

    [Fact]
    public void A_flipped_bit_of_any_byte_fails_or_changes_no_meaning()
    {
        var meaning = Meaning(_file);
        byte[] edited = [.. _file];
        for (var i = 0; i < edited.Length; i++)
        {
            foreach (var bit in (int[])[1, 2, 4, 16, 32])
            {
                edited[i] ^= (byte)bit;
                if (IsValid(edited))
                    Assert.Equal(meaning, Meaning(edited));
                edited[i] = _file[i];
            }
        }
    }

    [Fact]
    public void A_member_given_twice_fails_whichever_comes_first()
    {
        var text = Encoding.UTF8.GetString(_file);
        foreach (var member in (string[])["\"verdict\":\"failed\"", "\"signature\":null", "\"v\\u0065rdict\":\"failed\""])
        {
            Assert.False(IsValid(Encoding.UTF8.GetBytes("{" + member + "," + text.TrimStart()[1..])));
            Assert.False(IsValid(Encoding.UTF8.GetBytes(text.TrimEnd()[..^1] + "," + member + "}")));
        }
    }

    [Fact]
    public void A_member_given_twice_inside_the_signature_fails_too()
    {
        var text = Encoding.UTF8.GetString(_file);
        var twice = text.Replace("\"alg\": \"ES256\"", "\"alg\": \"none\", \"alg\": \"ES256\"", StringComparison.Ordinal);
        Assert.NotEqual(text, twice);
        Assert.False(IsValid(Encoding.UTF8.GetBytes(twice)));
    }

    [Fact]
    public void Another_keys_signature_over_changed_content_is_an_unknown_signers()
    {
        using var forger = SigningKey.Create();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        CertificateFile.Write(path, SampleCertificate.Make() with { RunId = "forged" }, forger);
        var forged = JsonNode.Parse(File.ReadAllBytes(path))!;
        File.Delete(path);
        Assert.IsType<CertificateVerdict.ValidUnknownSigner>(Judge(Bytes(forged)));
        forged["signature"]!["kid"] = _key.Kid;
        Assert.IsType<CertificateVerdict.BadSignature>(Judge(Bytes(forged)));
        forged["signature"]!["jwk"] = Parse()["signature"]!["jwk"]!.DeepClone();
        Assert.IsType<CertificateVerdict.BadSignature>(Judge(Bytes(forged)));
    }

    private void AssertAllFail(Func<object[], (object[] Path, JsonNode? Value)> edit)
    {
        var edits = 0;
        foreach (var path in Paths(Parse(), []).Where(p => p.Length > 0 && At(p) is not (JsonObject or JsonArray)))
        {
            var edited = Parse();
            var (_, value) = edit(path);
            var parent = Follow(edited, path[..^1])!;
            if (parent is JsonObject o)
                o[(string)path[^1]] = value;
            else
                ((JsonArray)parent)[(int)path[^1]] = value;
            Assert.False(IsValid(Bytes(edited)), string.Join('/', path));
            edits++;
        }
        Assert.InRange(edits, 50, 200);
    }

    private JsonNode? At(object[] path) => Follow(Parse(), path);

    private static JsonValue? Change(JsonNode? value) => value?.GetValueKind() switch
    {
        null => JsonValue.Create("was null"),
        JsonValueKind.String when value.GetValue<string>() is { Length: > 0 } s => JsonValue.Create(s[..^1] + (s[^1] == 'A' ? 'B' : 'A')),
        JsonValueKind.String => JsonValue.Create("was empty"),
        JsonValueKind.Number => JsonValue.Create(value.GetValue<long>() + 1),
        JsonValueKind.True => JsonValue.Create(false),
        JsonValueKind.False => JsonValue.Create(true),
        var other => throw new InvalidOperationException($"unexpected {other}"),
    };

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] here) => node switch
    {
        JsonObject o => [here, .. o.SelectMany(m => Paths(m.Value, [.. here, m.Key]))],
        JsonArray a => [here, .. a.SelectMany((item, i) => Paths(item, [.. here, i]))],
        _ => [here],
    };

    private static JsonNode? Follow(JsonNode? node, object[] path) =>
        path.Aggregate(node, (at, step) => step is int index ? at![index] : at![(string)step]);

    private JsonNode Parse() => JsonNode.Parse(_file)!;

    private static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    private static string Meaning(byte[] json) => Convert.ToHexString(CanonicalJson.Canonicalize(json));

    private bool IsValid(byte[] json) => Judge(json) is CertificateVerdict.Valid or CertificateVerdict.ValidUnknownSigner;

    private CertificateVerdict Judge(byte[] json) => CertificateFile.Verify(json, new KnownSigners([_key.Public]));
}
