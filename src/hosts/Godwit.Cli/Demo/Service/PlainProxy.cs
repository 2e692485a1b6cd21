using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Godwit.Cli.Demo.Service;

/// <summary>
/// The proxy where there is no nginx: in this process, and for this demo alone. It reads the same file, on the same signal, and writes an access log of the same form, so that the
/// runbook is the same.
/// </summary>
internal sealed class PlainProxy : KeyProxy
{
    private static readonly string[] s_sides = ["blue", "green"];

    private readonly HttpListener _listener;
    private readonly ProxySettings _settings;
    private readonly TimeProvider _time;
    private readonly PosixSignalRegistration _reload;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly StreamWriter _log;
    private readonly Lock _lock = new();
    private readonly Task _serving;
    private int _share;

    private PlainProxy(HttpListener listener, int port, ProxySettings settings, TimeProvider time)
    {
        (_listener, Port, _settings, _time) = (listener, port, settings, time);
        _log = new StreamWriter(new FileStream(settings.AccessLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        _share = settings.ReadShare();
        _reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Volatile.Write(ref _share, settings.ReadShare());
        });
        File.WriteAllText(settings.PidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        _serving = LoopbackPorts.ServeAsync(listener, AnswerAsync);
    }

    public override string Name => "a plain proxy of the demo's own";

    public override int Port { get; }

    public static PlainProxy Start(ProxySettings settings, TimeProvider time)
    {
        var (listener, port) = LoopbackPorts.Listen();
        return new PlainProxy(listener, port, settings, time);
    }

    public override async ValueTask DisposeAsync()
    {
        _reload.Dispose();
        _listener.Close();
        await _serving;
        _client.Dispose();
        lock (_lock) _log.Dispose();
        File.Delete(_settings.PidFile);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var status = 502;
        try
        {
            using var request = ForwardOf(context.Request, out var logged);
            using var answer = await _client.SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            status = (int)answer.StatusCode;
            if (logged) Log(context.Request, status, body.Length);
            context.Response.StatusCode = status;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            if (answer.Headers.TryGetValues(KeyService.ReleaseHeader, out var release)) context.Response.Headers[KeyService.ReleaseHeader] = release.First();
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body);
        }
        catch (Exception e) when (e is HttpRequestException or HttpListenerException or IOException or ObjectDisposedException)
        {
            // Bad gateway, unless it was the one who asked that went away.
        }
        End(context.Response, status);
    }

    private static void End(HttpListenerResponse response, int status)
    {
        try
        {
            if (status == 502) response.StatusCode = status;
            response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Whoever asked is gone.
        }
    }

    private HttpRequestMessage ForwardOf(HttpListenerRequest request, out bool logged)
    {
        var path = request.Url!.PathAndQuery;
        var named = s_sides.FirstOrDefault(s => path.StartsWith($"/{s}/", StringComparison.Ordinal));
        logged = named is null;
        var green = named is null ? RandomNumberGenerator.GetInt32(100) < Volatile.Read(ref _share) : named == "green";
        if (named is not null) path = path[(named.Length + 1)..];
        var forward = new HttpRequestMessage(new HttpMethod(request.HttpMethod), string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(green ? _settings.Green : _settings.Blue)}{path}"));
        if (request.Headers[KeyService.KeyHeader] is { } key) forward.Headers.TryAddWithoutValidation(KeyService.KeyHeader, key);
        if (!request.HasEntityBody) return forward;
        using var body = new MemoryStream();
        request.InputStream.CopyTo(body);
        forward.Content = new ByteArrayContent(body.ToArray());
        return forward;
    }

    private void Log(HttpListenerRequest request, int status, int length)
    {
        var at = _time.GetUtcNow().ToString("dd/MMM/yyyy:HH:mm:ss +0000", CultureInfo.InvariantCulture);
        var line = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 - - [{at}] \"{request.HttpMethod} {request.Url!.AbsolutePath} HTTP/1.1\" {status} {length} \"-\" \"-\"");
        lock (_lock) _log.WriteLine(line);
    }
}
