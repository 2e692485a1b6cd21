using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Godwit.Cli.Demo.Service;

/// <summary>Listeners on the loopback address, each on a port that nobody else has.</summary>
internal static class LoopbackPorts
{
    public const int Attempts = 10;

    /// <summary>A port that was free a moment ago: whoever takes it tries another one if somebody was faster.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The port that a file names, else a free one, which it names from then on: what a run was told stays where it is for whoever goes on with it.</summary>
    public static int Kept(string file)
    {
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept is > 0 and <= ushort.MaxValue) return kept;
        var port = Free();
        File.WriteAllText(file, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    /// <param name="first">Tried first; another where somebody else has it by now.</param>
    public static (HttpListener Listener, int Port) Listen(int? first = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = attempt == 1 && first is { } kept ? kept : Free();
            var listener = new HttpListener { IgnoreWriteExceptions = true };
            listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < Attempts)
            {
                listener.Close();
            }
        }
    }

    /// <summary>Serves until the listener is closed.</summary>
    public static async Task ServeAsync(HttpListener listener, Func<HttpListenerContext, Task> answer)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            _ = answer(context);
        }
    }
}
