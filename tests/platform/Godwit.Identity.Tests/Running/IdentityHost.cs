using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Godwit.Http.Modules;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Running;

/// <summary>The service on a database of its own, with a mail server that keeps what it is sent.</summary>
internal sealed partial class IdentityHost : IAsyncDisposable
{
    public const string Password = "SecureP@ssw0rd123!";

    private IdentityHost(TestDatabase database, MailSink mails, Platform platform) => (Database, Mails, Platform) = (database, mails, platform);

    public TestDatabase Database { get; }

    public MailSink Mails { get; }

    public Platform Platform { get; }

    public static async Task<IdentityHost> StartAsync(IdentityTemplate template, params (string Name, string Value)[] variables) => await OnAsync(template, await template.CopyAsync(), variables);

    public static Task<IdentityHost> OnAsync(IdentityTemplate template, TestDatabase database, params (string Name, string Value)[] variables) => OnAsync(template, database, new IdentityModule(), variables);

    /// <param name="module">The service, or something that stands around it.</param>
    public static async Task<IdentityHost> OnAsync(IdentityTemplate template, TestDatabase database, IPlatformModule module, params (string Name, string Value)[] variables)
    {
        var mails = new MailSink();
        var platform = await Platform.StartAsync(
            database, [module],
            [("GODWIT_HOME", template.Home), ("IDENTITY_BREACHED_PASSWORDS", template.BreachedPasswords), ("IDENTITY_MAIL_SERVER", mails.Server), ("IDENTITY_SEAL_SECONDS", "1"), ("IDENTITY_REGISTER", template.RegisterOf(database)), .. variables]);
        return new IdentityHost(database, mails, platform);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, string? bearer = null, string? device = null, string? contentType = "application/json", string agent = "tests")
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            if (contentType is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (device is not null) request.Headers.Add("X-Device-Token", device);
        request.Headers.UserAgent.ParseAdd(agent);
        using var answer = await Platform.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Date" or "Content-Length")).Select(h => $"{h.Key}: {string.Join(',', h.Value)}").Order(StringComparer.Ordinal);
        return new Answer(answer.StatusCode, text, [.. headers]);
    }

    public Task<Answer> PostAsync(string path, string json, string? bearer = null, string? device = null, string agent = "tests") => SendAsync(HttpMethod.Post, path, json, bearer, device, agent: agent);

    public Task<Answer> RegisterAsync(string email, string password = Password) => PostAsync(
        "/v1/auth/register", $$"""{"email":"{{email}}","password":"{{password}}","firstName":"Ada","lastName":"Byron","consents":{"terms":true,"privacy":true,"marketing":false} }""");

    /// <summary>An account, its address verified.</summary>
    public async Task<Guid> MakeAccountAsync(string email, string password = Password)
    {
        var before = Links(email).Count;
        Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync(email, password)).Status);
        // Of an earlier owner of the address another mail may come meanwhile, without a link.
        await Patience.UntilAsync(() => Task.FromResult(Links(email).Count > before));
        var answer = await PostAsync("/v1/auth/verify-email", $$"""{"token":"{{Links(email)[^1]}}","password":"{{password}}"}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("userId").GetGuid();
    }

    public Task<Answer> LoginAsync(string email, string password = Password, string? device = null, string agent = "tests") => PostAsync("/v1/auth/login", $$"""{"email":"{{email}}","password":"{{password}}"}""", device: device, agent: agent);

    public async Task<Tokens> SignInAsync(string email, string password = Password)
    {
        var answer = await LoginAsync(email, password);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return Tokens.Of(answer);
    }

    /// <summary>Waits until so many mails came to an address, and gives the newest.</summary>
    public async Task<SunkMail> MailAsync(string email, int count = 1)
    {
        List<SunkMail> mails = [];
        await Patience.UntilAsync(() =>
        {
            mails = To(email);
            return Task.FromResult(mails.Count >= count);
        });
        return mails[^1];
    }

    /// <summary>Waits until so many mails came to an address, and gives the newest link among them.</summary>
    public async Task<string> LinkAsync(string email, int count = 1)
    {
        await MailAsync(email, count);
        return Links(email)[^1];
    }

    private List<string> Links(string email) => [.. To(email).Select(m => Link().Match(m.Body)).Where(m => m.Success).Select(m => m.Groups["token"].Value)];

    /// <summary>The mails to an address, in the order in which they came.</summary>
    public List<SunkMail> To(string email) => [.. Mails.Mails.Where(m => m.To.Any(t => t.Contains($"<{email}>", StringComparison.OrdinalIgnoreCase)))];

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Mails.DisposeAsync();
    }

    [GeneratedRegex("#(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}

/// <param name="Headers">But for Date and the length.</param>
internal sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyList<string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement.Clone();

    /// <summary>Of a problem.</summary>
    public string? Type => Json.TryGetProperty("type", out var type) ? type.GetString() : null;
}

internal sealed record Tokens(string Access, string Refresh, Guid Session, string? Device)
{
    public static Tokens Of(Answer answer) => new(
        answer.Json.GetProperty("accessToken").GetString()!, answer.Json.GetProperty("refreshToken").GetString()!, answer.Json.GetProperty("sessionId").GetGuid(),
        answer.Json.TryGetProperty("deviceToken", out var device) ? device.GetString() : null);
}
