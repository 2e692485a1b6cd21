using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Godwit.TestServers;

/// <summary>An HTTP service on a port of this machine's loopback interface, which remembers what it was asked. One request a connection.</summary>
public sealed class LoopbackService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new(), _answering = new();
    private readonly List<LoopbackRequest> _requests = [];
    private readonly Func<LoopbackRequest, LoopbackAnswer?> _answer;
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    /// <param name="answer">What it answers; null ends the connection without an answer.</param>
    public LoopbackService(Func<LoopbackRequest, LoopbackAnswer?> answer)
    {
        _answer = answer;
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    public IReadOnlyList<LoopbackRequest> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    /// <summary>As if it had been asked nothing yet.</summary>
    public void Forget()
    {
        lock (_lock) _requests.Clear();
    }

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
        using (client)
        {
            try
            {
                await ServeAsync(client.GetStream());
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // Who asked has gone away in the middle, which is no reason to leave the next without an answer; or the test is over.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        if (await ReadAsync(stream) is not { } request) return;
        lock (_lock) _requests.Add(request);
        LoopbackAnswer? answered;
        // A test's answers may count: they come one after another.
        lock (_answering) answered = _answer(request);
        if (answered is not { } answer) return;
        var body = Encoding.UTF8.GetBytes(answer.Body);
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} X\r\nContent-Length: {body.Length}\r\nConnection: close\r\n");
        foreach (var (name, value) in answer.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        await stream.WriteAsync(body, _stop.Token);
    }

    private async Task<LoopbackRequest?> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (!(bytes.Count >= 4 && bytes[^1] == '\n' && bytes[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            bytes.Add(one[0]);
        }
        var lines = Encoding.ASCII.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _stop.Token);
        var first = lines[0].Split(' ');
        return new LoopbackRequest(first[0], first[1], headers, Encoding.UTF8.GetString(body));
    }
}

public sealed record LoopbackRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

public sealed record LoopbackAnswer(int Status, string Body = "", params (string Name, string Value)[] Headers);
