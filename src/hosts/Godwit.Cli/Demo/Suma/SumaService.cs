using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Cli.Demo.Service;
using Godwit.Cli.Detaching;
using Godwit.Cli.Serve;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Demo.Suma;

/// <summary>The identity service as a process of its own, which ends with the demo, and people who register there: the mails that it writes land in a folder.</summary>
internal sealed partial class SumaService : IAsyncDisposable
{
    private const string Password = "a sentence of the demo's, made of nothing secret";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2), s_look = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly string _mails;
    private readonly TimeProvider _time;

    private SumaService(string program, int port, DemoFolder folder, TimeProvider time)
    {
        (Url, _mails, _time) = (string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), MailsOf(folder), time);
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = new Uri(Url), Timeout = s_patience };
        string[] variables =
        [
            .. ThisProgram.Variables(), string.Create(CultureInfo.InvariantCulture, $"GODWIT_LISTEN=127.0.0.1:{port}"), "GODWIT_METRICS_LISTEN=127.0.0.1:0", "GODWIT_STOP_NOTICE=0", "GODWIT_MODULES=identity", "GODWIT_ENVIRONMENT=development",
            $"IDENTITY_MAIL_FOLDER={_mails}", $"IDENTITY_BREACHED_PASSWORDS={FilterOf(folder)}", "IDENTITY_SEAL_SECONDS=1",
        ];
        _serving = ServeAsync(program, variables, folder.Path, Path.Combine(folder.Path, "service.log"));
    }

    public string Url { get; }

    /// <summary>Where the program is; null where it is not built, which is said by whoever asks.</summary>
    public static string? Program => ServerImage.Find();

    /// <param name="program">The service's.</param>
    /// <param name="port">Where it listens; a second one in its place has the same.</param>
    /// <param name="folder">Of the demo.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<SumaService> StartAsync(string program, int port, DemoFolder folder, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(MailsOf(folder), PrivateFiles.FolderMode);
        if (!File.Exists(FilterOf(folder)))
        {
            var list = Path.Combine(folder.Path, "stolen-passwords.txt");
            await File.WriteAllTextAsync(list, "correcthorsebattery\n", cancellation);
            await ChildProgram.RunAsync(program, ["breached-passwords", "--list", list, "--out", FilterOf(folder)], ThisProgram.Variables(), folder.Path, s_patience, new SecretValues(), time, cancellation);
        }
        var service = new SumaService(program, port, folder, time);
        try
        {
            await service.UntilAsync(service.AnswersAsync, cancellation);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Somebody registers, and shows by a mailed link that the address is theirs.</summary>
    public async Task RegisterAsync(string email, CancellationToken cancellation)
    {
        await SendAsync("/v1/auth/register", new JsonObject { ["email"] = email, ["password"] = Password, ["firstName"] = "Grace", ["consents"] = new JsonObject { ["terms"] = true, ["privacy"] = true, ["marketing"] = true } }, HttpStatusCode.Accepted, cancellation);
        string? token = null;
        await UntilAsync(async () => (token = await LinkAsync(email, cancellation)) is not null, cancellation);
        await SendAsync("/v1/auth/verify-email", new JsonObject { ["token"] = token, ["password"] = Password }, HttpStatusCode.OK, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _http.Dispose();
        _stop.Dispose();
    }

    private static string MailsOf(DemoFolder folder) => Path.Combine(folder.Path, "mails");

    private static string FilterOf(DemoFolder folder) => Path.Combine(folder.Path, "stolen-passwords.filter");

    private async Task ServeAsync(string program, IReadOnlyList<string> variables, string folder, string log)
    {
        await using var output = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        try
        {
            await ChildProgram.RunAsync(program, [], variables, folder, ChildProgram.Longest, new SecretValues(), _time, _stop.Token, keepOutput: false, output);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // As it should end.
        }
    }

    private async Task SendAsync(string path, JsonObject body, HttpStatusCode expected, CancellationToken cancellation)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(path, content, cancellation);
        if (answer.StatusCode != expected) throw new HttpRequestException($"{path} of the identity service answered {((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)} in place of {((int)expected).ToString(CultureInfo.InvariantCulture)}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    private async Task<bool> AnswersAsync()
    {
        if (_serving.IsCompleted) throw new HttpRequestException("the identity service has ended; its log is beside its mails");
        try
        {
            using var answer = await _http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string?> LinkAsync(string mailbox, CancellationToken cancellation)
    {
        foreach (var file in Directory.EnumerateFiles(_mails).OrderDescending(StringComparer.Ordinal))
        {
            var mail = (await File.ReadAllTextAsync(file, cancellation)).Replace("=\r\n", "", StringComparison.Ordinal);
            if (mail.Contains(mailbox, StringComparison.OrdinalIgnoreCase) && Link().Match(mail) is { Success: true } link) return link.Groups["token"].Value;
        }
        return null;
    }

    private async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellation)
    {
        for (var began = _time.GetTimestamp(); !await holds();)
        {
            if (_time.GetElapsedTime(began) > s_patience) throw new HttpRequestException("the identity service did not do in two minutes what takes it a second");
            await Task.Delay(s_look, _time, cancellation);
        }
    }

    [GeneratedRegex("/account/verify-email#(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
