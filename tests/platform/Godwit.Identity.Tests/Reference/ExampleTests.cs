using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Tests.External;
using Godwit.Identity.Tests.Passkeys;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Reference;

public sealed partial class ExampleTests(IdentityTemplate template) : IDisposable
{
    private const string Email = "ada@example.org", Password = "a sentence of mine", Other = "another sentence of mine";

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-examples-").FullName;

    [Fact]
    public async Task Every_example_of_the_document_runs_and_its_answer_is_as_the_document_says()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA_ROLES", "support"), ("IDENTITY_SMS_FOLDER", _folder), ("IDENTITY_OIDC_PROVIDERS", provider.Configure(_folder)), ("IDENTITY_RISK_THRESHOLD", "101"));
        var document = await OpenApiDocumentTests.ReadAsync(host);
        var run = new RunningExamples(host, document);
        await run.SendAsync("GET /v1/openapi.json");
        await run.SendAsync("GET /.well-known/jwks.json");
        await run.SendAsync("POST /v1/auth/register");
        await run.SendAsync("POST /v1/auth/resend");
        await run.SendAsync("POST /v1/auth/verify-email", real: ("token", await host.LinkAsync(Email)));
        var tokens = Tokens.Of(await run.SendAsync("POST /v1/auth/login"));
        tokens = Tokens.Of(await run.SendAsync("POST /v1/auth/refresh", real: ("refreshToken", tokens.Refresh)));
        await OwnAccountAsync(run, tokens);
        await PasskeyAsync(run, tokens);
        await ExternalAsync(run, tokens);
        await PhoneAsync(run, tokens);
        await AdministrationAsync(host, run);
        await SecondFactorAsync(run, tokens);
        await RecoveryAsync(host, run);
        await EmailAsync(host, run);
        var left = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => $"{o.Key.ToUpperInvariant()} {p.Key}")).Except(run.Sent).Order(StringComparer.Ordinal).ToList();
        Assert.True(left.Count == 0, $"the examples of these are not sent; add each where it fits in {nameof(ExampleTests)}:\n{string.Join('\n', left)}");
    }

    private static async Task OwnAccountAsync(RunningExamples run, Tokens tokens)
    {
        await run.SendAsync("GET /v1/me", tokens.Access);
        await run.SendAsync("PATCH /v1/me", tokens.Access);
        await run.SendAsync("POST /v1/me/consents", tokens.Access);
        await run.SendAsync("GET /v1/me/consents", tokens.Access);
        await run.SendAsync("GET /v1/me/security-events", tokens.Access);
        await run.SendAsync("GET /v1/auth/session", tokens.Access);
        await run.SendAsync("GET /v1/auth/sessions", tokens.Access);
        var device = (await run.SendAsync("GET /v1/auth/devices", tokens.Access)).Json[0].GetProperty("id").GetGuid();
        await run.SendAsync("PATCH /v1/auth/devices/{id}", tokens.Access, device);
        var asked = (await run.SendAsync("POST /v1/me/data-requests", tokens.Access)).Json.GetProperty("id").GetGuid();
        await run.SendAsync("GET /v1/me/data-requests", tokens.Access);
        await Patience.UntilAsync(async () => (await run.SendAsync("GET /v1/me/data-requests/{id}", tokens.Access, asked)).Json.GetProperty("status").GetString() == "completed");
        await run.SendAsync("GET /v1/me/data-requests/{id}/archive", tokens.Access, asked);
        var erasure = (await run.SendAsync("POST /v1/me/data-requests", tokens.Access, real: ("type", "erasure"))).Json.GetProperty("id").GetGuid();
        await run.SendAsync("DELETE /v1/me/data-requests/{id}", tokens.Access, erasure);
    }

    private static async Task PasskeyAsync(RunningExamples run, Tokens tokens)
    {
        using var authenticator = new SoftAuthenticator();
        var asked = (await run.SendAsync("POST /v1/auth/passkeys/registration/options", tokens.Access)).Json;
        var made = await run.SendAsync("POST /v1/auth/passkeys/registration", tokens.Access, real: [("challenge", asked.GetProperty("challenge").GetString()), ("credential", authenticator.Register(asked.GetProperty("options")))]);
        await run.SendAsync("GET /v1/auth/passkeys", tokens.Access);
        asked = (await run.SendAsync("POST /v1/auth/passkeys/login/options")).Json;
        await run.SendAsync("POST /v1/auth/passkeys/login", real: [("challenge", asked.GetProperty("challenge").GetString()), ("credential", authenticator.Assert(asked.GetProperty("options")))]);
        await run.SendAsync("PATCH /v1/auth/passkeys/{id}", tokens.Access, made.Json.GetProperty("id").GetGuid());
        await run.SendAsync("DELETE /v1/auth/passkeys/{id}", tokens.Access, made.Json.GetProperty("id").GetGuid());
    }

    private static async Task ExternalAsync(RunningExamples run, Tokens tokens)
    {
        await run.SendAsync("GET /v1/auth/oauth/providers");
        var start = (await run.SendAsync("POST /v1/auth/oauth/{provider}/start")).Json;
        var needed = (await run.SendAsync("POST /v1/auth/oauth/{provider}/finish", real: await BackAsync(start, "bob"))).Json;
        await run.SendAsync("POST /v1/auth/oauth/register", real: [("registration", needed.GetProperty("registration").GetString()), ("binding", start.GetProperty("binding").GetString())]);
        start = (await run.SendAsync("POST /v1/auth/oauth/{provider}/link", tokens.Access)).Json;
        await run.SendAsync("POST /v1/auth/oauth/{provider}/link/finish", tokens.Access, real: await BackAsync(start, "ada"));
        var link = (await run.SendAsync("GET /v1/auth/oauth/links", tokens.Access)).Json[0].GetProperty("id").GetGuid();
        await run.SendAsync("DELETE /v1/auth/oauth/links/{id}", tokens.Access, link);
    }

    private static async Task<(string Field, JsonNode? Value)[]> BackAsync(JsonElement start, string account)
    {
        var back = await OidcProvider.SignInAsync(start.GetProperty("url").GetString()!, account);
        return [("code", back.Code), ("state", back.State), ("iss", back.Iss), ("binding", start.GetProperty("binding").GetString())];
    }

    private async Task PhoneAsync(RunningExamples run, Tokens tokens)
    {
        var sent = await run.SendAsync("POST /v1/auth/phone/change", tokens.Access);
        await Patience.UntilAsync(() => Task.FromResult(Directory.GetFiles(_folder, "*.txt").Length > 0));
        var code = Digits().Match(await File.ReadAllTextAsync(Directory.GetFiles(_folder, "*.txt")[0], TestContext.Current.CancellationToken)).Groups["code"].Value;
        await run.SendAsync("POST /v1/auth/phone/confirm", tokens.Access, real: [("challenge", Challenge(sent)), ("code", code)]);
    }

    private static async Task EmailAsync(IdentityHost host, RunningExamples run)
    {
        var tokens = await host.SignInAsync(Email, Password);
        await run.SendAsync("POST /v1/auth/email/change", tokens.Access);
        await run.SendAsync("POST /v1/auth/email/confirm", real: ("token", await LinkAsync(host, "/account/email-confirm#", "ada@example.net")));
        await run.SendAsync("POST /v1/auth/email/undo", real: ("token", await LinkAsync(host, "/account/email-undo#")));
    }

    private static async Task AdministrationAsync(IdentityHost host, RunningExamples run)
    {
        var root = await host.MakeAccountAsync("root@example.org");
        await host.Database.ExecuteAsync($"INSERT INTO identity.user_roles (user_id, role) SELECT id, 'administrator' FROM identity.users WHERE uuid = '{root}'");
        var administrator = await host.SignInAsync("root@example.org");
        var other = await host.MakeAccountAsync("eve@example.org");
        var others = await host.SignInAsync("eve@example.org");
        await run.SendAsync("POST /v1/admin/users/search", administrator.Access);
        await run.SendAsync("GET /v1/admin/users/{id}", administrator.Access, other);
        await run.SendAsync("DELETE /v1/admin/users/{id}/sessions", administrator.Access, other);
        await run.SendAsync("POST /v1/admin/users/{id}/lock", administrator.Access, other);
        await run.SendAsync("POST /v1/admin/users/{id}/unlock", administrator.Access, other);
        await run.SendAsync("GET /v1/admin/roles", administrator.Access);
        await run.SendAsync("PUT /v1/admin/users/{id}/roles/{role}", administrator.Access, other, "auditor");
        await run.SendAsync("DELETE /v1/admin/users/{id}/roles/{role}", administrator.Access, other, "auditor");
        others = await host.SignInAsync("eve@example.org");
        foreach (var end in new[] { "complete", "reject" })
        {
            var request = (await run.SendAsync("POST /v1/me/data-requests", others.Access, real: [("type", "rectification"), ("details", "My name has an e.")])).Json.GetProperty("id").GetGuid();
            await run.SendAsync("GET /v1/admin/data-requests", administrator.Access);
            await run.SendAsync("GET /v1/admin/data-requests/{id}", administrator.Access, request);
            await run.SendAsync("POST /v1/admin/data-requests/{id}/take", administrator.Access, request);
            await run.SendAsync($"POST /v1/admin/data-requests/{{id}}/{end}", administrator.Access, request);
        }
        await run.SendAsync("GET /v1/admin/events", administrator.Access);
        await run.SendAsync("GET /v1/admin/stats", administrator.Access);
    }

    private static async Task SecondFactorAsync(RunningExamples run, Tokens tokens)
    {
        await run.SendAsync("GET /v1/auth/2fa", tokens.Access);
        var enrolled = (await run.SendAsync("POST /v1/auth/2fa/enable", tokens.Access)).Json;
        var code = Totp.CodeAt(Base32.Decode(enrolled.GetProperty("secret").GetString()!)!, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        var sheet = await run.SendAsync("POST /v1/auth/2fa/confirm", tokens.Access, real: [("challenge", enrolled.GetProperty("challenge").GetString()), ("code", code)]);
        var paper = sheet.Json.GetProperty("backupCodes").EnumerateArray().Select(c => c.GetString()!).ToList();
        var asked = await run.SendAsync("POST /v1/auth/login");
        await run.SendAsync("POST /v1/auth/login/2fa", real: [("challenge", Challenge(asked)), ("code", paper[0])]);
        asked = await run.SendAsync("POST /v1/auth/2fa/challenge", tokens.Access, real: [("purpose", "backup_codes")]);
        sheet = await run.SendAsync("POST /v1/auth/2fa/backup-codes", tokens.Access, real: [("challenge", Challenge(asked)), ("code", paper[1])]);
        asked = await run.SendAsync("POST /v1/auth/2fa/challenge", tokens.Access);
        await run.SendAsync("POST /v1/auth/2fa/disable", tokens.Access, real: [("challenge", Challenge(asked)), ("code", sheet.Json.GetProperty("backupCodes")[0].GetString())]);
    }

    private static async Task RecoveryAsync(IdentityHost host, RunningExamples run)
    {
        var tokens = Tokens.Of(await run.SendAsync("POST /v1/auth/login"));
        await run.SendAsync("POST /v1/auth/password/change", tokens.Access);
        var kept = await host.SignInAsync(Email, Other);
        await run.SendAsync("DELETE /v1/auth/sessions/{id}", tokens.Access, kept.Session);
        var device = (await run.SendAsync("GET /v1/auth/devices", tokens.Access)).Json.EnumerateArray().First(d => !d.GetProperty("current").GetBoolean()).GetProperty("id").GetGuid();
        await run.SendAsync("DELETE /v1/auth/devices/{id}", tokens.Access, device);
        var asked = await run.SendAsync("POST /v1/auth/magic-link/request");
        await run.SendAsync("POST /v1/auth/magic-link/confirm", real: [("token", await LinkAsync(host, "/account/magic-link#")), ("request", asked.Json.GetProperty("request").GetString())]);
        await run.SendAsync("POST /v1/auth/password-reset/request");
        await run.SendAsync("POST /v1/auth/logout", tokens.Access);
        await run.SendAsync("POST /v1/auth/logout-all", (await host.SignInAsync(Email, Other)).Access);
        await run.SendAsync("POST /v1/auth/password-reset/confirm", real: [("token", await LinkAsync(host, "/account/password-reset#")), ("password", Password)]);
    }

    private static JsonNode? Challenge(Answer asked) => asked.Json.GetProperty("challenge").GetString();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> LinkAsync(IdentityHost host, string page, string to = Email)
    {
        string? body = null;
        await Patience.UntilAsync(() => Task.FromResult((body = host.To(to).Select(m => m.Body).LastOrDefault(b => b.Contains(page, StringComparison.Ordinal))) is not null));
        return body!.Split(page)[1].Split(['\r', '\n'])[0];
    }

    [GeneratedRegex("\n\n(?<code>[0-9]{6}) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
