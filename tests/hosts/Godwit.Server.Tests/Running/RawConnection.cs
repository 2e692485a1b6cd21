using System.Net.Sockets;
using System.Text;

namespace Godwit.Server.Tests.Running;

/// <summary>A client that sends what no library would.</summary>
internal static class RawConnection
{
    /// <returns>Everything that came until the server closed.</returns>
    public static async Task<string> SendAsync(Uri server, string bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // The server may have said no before all of it was sent.
        }
        return await ReadAsync(socket);
    }

    public static async Task<string> ReadAsync(Socket socket)
    {
        var all = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count) all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Reset after the answer: there was more to read.
        }
        return all.ToString();
    }
}
