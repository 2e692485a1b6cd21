using System.Globalization;
using System.Net;
using System.Text;
using Godwit.Cli.Demo.Service;

namespace Godwit.Cli.Demo.Learning;

/// <summary>What of the application answers over HTTP, as far as the checklist asks: nobody without a token gets in, and what is no JSON is refused.</summary>
internal sealed class LearningService : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly int _port;
    private readonly Task _serving;

    private LearningService(HttpListener listener, int port) => (_listener, _port, _serving) = (listener, port, LoopbackPorts.ServeAsync(listener, AnswerAsync));

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    public static LearningService Start()
    {
        var (listener, port) = LoopbackPorts.Listen();
        return new LearningService(listener, port);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var token = context.Request.Headers["Authorization"];
            context.Response.StatusCode = context.Request.HttpMethod == "POST" ? 400 : string.IsNullOrEmpty(token) ? 401 : 403;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes("""{"error":"refused"}"""));
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Whoever asked is gone.
        }
    }
}
