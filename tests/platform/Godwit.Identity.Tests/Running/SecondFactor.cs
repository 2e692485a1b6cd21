using System.Net;
using Godwit.Identity.SecondFactors;

namespace Godwit.Identity.Tests.Running;

/// <summary>An authenticator, set up for the account of a session.</summary>
internal static class SecondFactor
{
    /// <returns>The seed; the step of now is used up.</returns>
    public static async Task<byte[]> SetUpAsync(IdentityHost host, Tokens tokens)
    {
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"totp"}""", tokens.Access);
        var seed = Base32.Decode(enrolled.Json.GetProperty("secret").GetString()!)!;
        var code = Totp.CodeAt(seed, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        var sheet = await host.PostAsync("/v1/auth/2fa/confirm", $$"""{"challenge":"{{enrolled.Json.GetProperty("challenge").GetString()}}","code":"{{code}}"}""", tokens.Access);
        Assert.True(sheet.Status == HttpStatusCode.OK, sheet.Text);
        return seed;
    }
}
