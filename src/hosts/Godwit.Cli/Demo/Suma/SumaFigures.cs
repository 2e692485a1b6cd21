using System.Globalization;
using System.Net;
using System.Text;
using Godwit.Cli.Demo.Service;

namespace Godwit.Cli.Demo.Suma;

/// <summary>What a service of figures and the legacy application's pages answer over HTTP, as far as the runbook asks them.</summary>
internal sealed class SumaFigures : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly int _port;
    private readonly SumaTraffic _traffic;
    private readonly Task _serving;

    private SumaFigures(HttpListener listener, int port, SumaTraffic traffic)
    {
        (_listener, _port, _traffic) = (listener, port, traffic);
        _serving = LoopbackPorts.ServeAsync(listener, AnswerAsync);
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    public static SumaFigures Start(SumaTraffic traffic, DemoFolder folder)
    {
        var (listener, port) = LoopbackPorts.Listen(LoopbackPorts.Kept(Path.Combine(folder.Path, "figures.port")));
        return new SumaFigures(listener, port, traffic);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        double? value = context.Request.Url?.AbsolutePath switch
        {
            "/error_rate" => _traffic.ErrorRate, "/login_success" => 100 - _traffic.ErrorRate, "/p95" => _traffic.SlowTwentieth,
            // Nothing of the demo is behind these.
            "/redis_failures" or "/mail_failures" => 0, _ => null,
        };
        try
        {
            context.Response.StatusCode = value is null ? (int)HttpStatusCode.Unauthorized : (int)HttpStatusCode.OK;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(value is { } figure ? string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{figure:0.###}}}""") : """{"error":"who are you?"}"""));
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Whoever asked is gone.
        }
    }
}
