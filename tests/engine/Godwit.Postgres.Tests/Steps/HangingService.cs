using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>A service that takes its time over a POST and does it whatever became of whoever asked; all else it does at once. Several requests at a time.</summary>
internal sealed class HangingService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _applied;
    private readonly TimeSpan _late;
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];
    private int _asked;

    /// <param name="late">After how long a POST is carried out.</param>
    /// <param name="applied">The methods, in the order in which they were carried out.</param>
    public HangingService(TimeSpan late, ConcurrentQueue<string> applied)
    {
        (_late, _applied) = (late, applied);
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    public int Asked => Volatile.Read(ref _asked);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var held = client;
        try
        {
            using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
            var method = (await reader.ReadLineAsync(_stop.Token))?.Split(' ')[0];
            while (!string.IsNullOrEmpty(await reader.ReadLineAsync(_stop.Token)))
            {
            }
            if (method is null) return;
            Interlocked.Increment(ref _asked);
            if (method == "POST") await Task.Delay(_late, _stop.Token);
            _applied.Enqueue(method);
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Whoever asked is gone, or the test is over.
        }
    }
}
