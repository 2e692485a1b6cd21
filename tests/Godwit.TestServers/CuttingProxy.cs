using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Godwit.TestServers;

/// <summary>A TCP proxy on a loopback port that misbehaves as a network does: it cuts, delays and drips.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Guid, (Socket Client, Socket Server)> pairs = new();
    private readonly string host;
    private readonly Func<int> port;
    private readonly Task accepting;
    private long passed;
    private long cutAfter = long.MaxValue;

    private CuttingProxy(string host, Func<int> port)
    {
        (this.host, this.port) = (host, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public static CuttingProxy Before(string host, int port) => new(host, () => port);

    /// <param name="host">Where the servers are.</param>
    /// <param name="port">Asked for every new connection: the server's that is the one now.</param>
    public static CuttingProxy Before(string host, Func<int> port) => new(host, port);

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Waited before each piece is passed on, in both directions.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The largest piece passed on at once; with a <see cref="Delay"/> the stream drips.</summary>
    public int PieceBytes { get; set; } = 64 * 1024;

    /// <summary>New connections are closed at once.</summary>
    public bool RefuseNew { get; set; }

    /// <summary>New connections are taken and not passed on until it is false again; those that are open go on.</summary>
    public bool HoldNew { get; set; }

    /// <summary>Passes nothing on and closes nothing: a connection that neither fails nor answers. What was held back goes on once it is false again.</summary>
    public bool Silent { get; set; }

    /// <summary>Bytes that clients sent to the server so far.</summary>
    public long PassedBytes => Interlocked.Read(ref passed);

    public int OpenConnections => pairs.Count;

    /// <summary>Resets every open connection, at both ends.</summary>
    public void Cut()
    {
        foreach (var id in pairs.Keys)
            Cut(id);
    }

    /// <summary>Resets all connections once clients have sent so many bytes more. It happens once.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref cutAfter, PassedBytes + bytes);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var id = Guid.NewGuid();
        pairs[id] = (client, server);
        try
        {
            while (HoldNew)
                await Task.Delay(10, stopping.Token);
            if (!RefuseNew)
            {
                await server.ConnectAsync(host, port(), stopping.Token);
                await Task.WhenAny(PumpAsync(client, server, counted: true), PumpAsync(server, client, counted: false));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The cut, or a server that is down: both end the connection, which is what a client sees.
            return;
        }
        finally
        {
            Cut(id);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool counted)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer.AsMemory(0, Math.Clamp(PieceBytes, 1, buffer.Length)), stopping.Token);
                if (read == 0)
                    return;
                while (Silent)
                    await Task.Delay(10, stopping.Token);
                if (Delay > TimeSpan.Zero)
                    await Task.Delay(Delay, stopping.Token);
                if (counted && Interlocked.Add(ref passed, read) >= Interlocked.Read(ref cutAfter))
                {
                    Interlocked.Exchange(ref cutAfter, long.MaxValue);
                    Cut();
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, read), stopping.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut: the other pump ends likewise.
            return;
        }
    }

    private void Cut(Guid id)
    {
        if (!pairs.TryRemove(id, out var pair))
            return;
        // Lingering for no time turns the close into a reset.
        foreach (var socket in (Socket[])[pair.Client, pair.Server])
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
    }
}
