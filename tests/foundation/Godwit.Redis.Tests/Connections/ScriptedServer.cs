using System.Net;
using System.Net.Sockets;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Tests.Connections;

/// <summary>The other end of one connection, which answers when and what a test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly RespReader _reader = new(RespLimits.Default);
    private readonly Queue<RespValue.Sequence> _asked = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _server;

    private ScriptedServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static async Task<(ScriptedServer Server, Stream Client)> StartAsync()
    {
        var server = new ScriptedServer();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        server._server = await server._listener.AcceptSocketAsync();
        return (server, new NetworkStream(client, ownsSocket: true));
    }

    /// <summary>The next command, with its name first.</summary>
    public async Task<RespValue.Sequence> AskedAsync()
    {
        while (_asked.Count == 0)
        {
            var read = await _server!.ReceiveAsync(_buffer);
            Assert.NotEqual(0, read);
            for (var at = 0; at < read;)
            {
                at += _reader.Read(_buffer.AsSpan(at, read - at), out var value);
                if (value is RespValue.Sequence command)
                    _asked.Enqueue(command);
            }
        }
        return _asked.Dequeue();
    }

    public async Task SayAsync(byte[] bytes) => await _server!.SendAsync(bytes);

    public Task SayAsync(string latin1) => SayAsync(Protocol.RespBytes.Of(latin1));

    public void Close() => _server!.Close();

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
