using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Godwit.TestServers;

/// <summary>
/// Ports of the loopback interface that nobody listens on, for servers that go down and come back: below those that clients are given
/// (ip_local_port_range, ip(7)), which would take the place of a server that is down.
/// </summary>
public static class FreePorts
{
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15000, 32000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
                continue;
            }
        }
    }
}
