using System.Buffers.Text;
using System.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Signing;
using Godwit.Security.Tests.Keyring;
using Godwit.Security.Tokens;

namespace Godwit.Security.Tests.Tokens;

/// <summary>An issuer and a verifier over a keyring, and a key of the test's own that the verifier knows too, to sign whatever a test likes.</summary>
public sealed class TokenBench : IAsyncDisposable
{
    private TokenBench(KeyringBench bench, LiveKeyring keyring, TokenKeys keys)
    {
        (Bench, Keyring, Keys) = (bench, keyring, keys);
        Issuer = new TokenIssuer(keys, Rules, bench.Clock);
        Verifier = new TokenVerifier(kid => kid == Own.Kid ? Own.Public : keys.Find(kid), Rules, bench.Clock);
    }

    public static TokenRules Rules { get; } = new() { Type = "at+jwt", Issuer = "https://id.example.org", Audience = "api" };

    public KeyringBench Bench { get; }

    public LiveKeyring Keyring { get; }

    public TokenKeys Keys { get; }

    public TokenIssuer Issuer { get; }

    public TokenVerifier Verifier { get; }

    public SigningKey Own { get; } = SigningKey.Create();

    public long Now => Bench.Clock.Now.ToUnixTimeSeconds();

    public static async Task<TokenBench> CreateAsync()
    {
        var bench = new KeyringBench();
        await bench.Administration.CreateAsync(KeyPurpose.Token, TestContext.Current.CancellationToken);
        var keyring = await bench.LoadAsync();
        return new TokenBench(bench, keyring, new TokenKeys(await keyring.OpenAsync(KeyPurpose.Token, TestContext.Current.CancellationToken)));
    }

    public string Header(string more = "", string algorithm = "ES256", string type = "at+jwt") => $$"""{"alg":"{{algorithm}}","typ":"{{type}}","kid":"{{Own.Kid}}"{{more}}}""";

    public string Claims(string more = "") => $$"""{"iss":"https://id.example.org","aud":"api","sub":"u1","nbf":{{Now}},"exp":{{Now + 600}}{{more}}}""";

    /// <summary>Signed rightly with a known key, whatever it says.</summary>
    public string Sign(string header, string payload)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(Own.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public TokenFault Fault(string token)
    {
        var (verified, fault) = Verifier.Verify(token);
        Assert.Equal(verified is null, fault != TokenFault.None);
        return fault;
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        Own.Dispose();
        await Keyring.DisposeAsync();
        Bench.Dispose();
    }
}
