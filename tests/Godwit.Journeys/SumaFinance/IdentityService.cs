using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Godwit.TestServers;

namespace Godwit.Journeys.SumaFinance;

/// <summary>The identity service as a process of its own on the runbook's database, with the mails that it writes.</summary>
internal sealed partial class IdentityService : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly string _mails;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private IdentityService(Process process, int port, string mails)
    {
        (_process, _mails) = (process, mails);
        _client = new HttpClient { BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")), Timeout = TimeSpan.FromMinutes(2) };
        (_output, _error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    public static string Program { get; } = Path.Combine(RepositoryFolder.Path, "src", "hosts", "Godwit.Server", "bin", "Release", "net10.0", "godwit-server");

    public static async Task<IdentityService> StartAsync(SumaFolder folder)
    {
        var (mails, list, filter) = (folder.In("mails"), folder.In("stolen.txt"), folder.In("stolen.filter"));
        Directory.CreateDirectory(mails);
        await File.WriteAllTextAsync(list, "correcthorsebattery\n", TestContext.Current.CancellationToken);
        using (var made = Process.Start(new ProcessStartInfo(Program, ["breached-passwords", "--list", list, "--out", filter]) { UseShellExecute = false, RedirectStandardOutput = true })!) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var port = FreePort();
        var start = new ProcessStartInfo(Program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in folder.Environment) start.Environment[name] = value;
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("GODWIT_LISTEN", FormattableString.Invariant($"127.0.0.1:{port}")), ("GODWIT_METRICS_LISTEN", "127.0.0.1:0"), ("GODWIT_STOP_NOTICE", "0"), ("GODWIT_MODULES", "identity"),
            ("IDENTITY_MAIL_FOLDER", mails), ("IDENTITY_BREACHED_PASSWORDS", filter), ("IDENTITY_SEAL_SECONDS", "1"),
        ]) start.Environment[name] = value;
        var service = new IdentityService(Process.Start(start)!, port, mails);
        await Patience.UntilAsync(service.AnswersAsync);
        return service;
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpStatusCode expected, string? json = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == expected, $"{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>Sets a password by a mailed link.</summary>
    public async Task ResetAsync(string email, string mailbox, string password)
    {
        await SendAsync(HttpMethod.Post, "/v1/auth/password-reset/request", HttpStatusCode.Accepted, $$"""{"email":"{{email}}"}""");
        await SendAsync(HttpMethod.Post, "/v1/auth/password-reset/confirm", HttpStatusCode.OK, $$"""{"token":"{{await LinkAsync(mailbox, "password-reset")}}","password":"{{password}}"}""");
    }

    /// <summary>Registers, and verifies the address.</summary>
    public async Task RegisterAsync(string email, string password)
    {
        await SendAsync(HttpMethod.Post, "/v1/auth/register", HttpStatusCode.Accepted, $$$"""{"email":"{{{email}}}","password":"{{{password}}}","firstName":"Grace","consents":{"terms":true,"privacy":true,"marketing":true} }""");
        await SendAsync(HttpMethod.Post, "/v1/auth/verify-email", HttpStatusCode.OK, $$"""{"token":"{{await LinkAsync(email, "verify-email")}}","password":"{{password}}"}""");
    }

    /// <returns>The access token.</returns>
    public async Task<string> SignInAsync(string email, string password) =>
        (await SendAsync(HttpMethod.Post, "/v1/auth/login", HttpStatusCode.OK, $$"""{"email":"{{email}}","password":"{{password}}"}""")).GetProperty("accessToken").GetString()!;

    public async ValueTask DisposeAsync()
    {
        ProcessTree.Signal(_process.Id, 15);
        await _process.WaitForExitAsync();
        await Task.WhenAll(_output, _error);
        _client.Dispose();
        _process.Dispose();
    }

    private async Task<string> LinkAsync(string mailbox, string page)
    {
        var token = "";
        await Patience.UntilAsync(async () =>
        {
            foreach (var file in Directory.EnumerateFiles(_mails).Order(StringComparer.Ordinal))
            {
                var mail = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("=\r\n", "", StringComparison.Ordinal);
                if (mail.Contains(mailbox, StringComparison.OrdinalIgnoreCase) && Link().Matches(mail).LastOrDefault(m => m.Groups["page"].Value == page) is { } link) token = link.Groups["token"].Value;
            }
            return token.Length > 0;
        });
        return token;
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException($"{await _output}\n{await _error}");
        try
        {
            using var answer = await _client.GetAsync("/api/health", TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("/account/(?<page>[a-z-]+)#(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
