using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Passkeys;

/// <summary>The requests of passkeys, as a page sends them.</summary>
internal static class PasskeyRequests
{
    public static async Task<Answer> RegisterAsync(this IdentityHost host, string access, SoftAuthenticator authenticator, string? name = null)
    {
        var asked = await host.SendAsync(HttpMethod.Post, "/v1/auth/passkeys/registration/options", bearer: access);
        Assert.True(asked.Status == HttpStatusCode.OK, asked.Text);
        return await host.PostAsync("/v1/auth/passkeys/registration", Body(asked, authenticator.Register(asked.Json.GetProperty("options")).ToJsonString(), name), access);
    }

    /// <summary>An account with one passkey.</summary>
    public static async Task<Tokens> MakeWithPasskeyAsync(this IdentityHost host, string email, SoftAuthenticator authenticator)
    {
        await host.MakeAccountAsync(email);
        var tokens = await host.SignInAsync(email);
        var made = await host.RegisterAsync(tokens.Access, authenticator);
        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        return tokens;
    }

    public static Task<Answer> AskAsync(this IdentityHost host, string body = "{}") => host.PostAsync("/v1/auth/passkeys/login/options", body);

    public static async Task<Answer> SignInByPasskeyAsync(this IdentityHost host, SoftAuthenticator authenticator, string? device = null)
    {
        var asked = await host.PostAsync("/v1/auth/passkeys/login/options", "{}", device: device);
        return await host.PostAsync("/v1/auth/passkeys/login", Body(asked, authenticator.Assert(asked.Json.GetProperty("options")).ToJsonString()), device: device);
    }

    public static string Body(Answer asked, string credential, string? name = null) =>
        $$"""{"challenge":"{{asked.Json.GetProperty("challenge").GetString()}}","credential":{{credential}}{{(name is null ? "" : $",\"name\":\"{name}\"")}} }""";
}
