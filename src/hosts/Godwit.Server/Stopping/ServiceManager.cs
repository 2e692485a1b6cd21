using System.Net.Sockets;
using System.Text;

namespace Godwit.Server.Stopping;

/// <summary>Tells systemd what it waits for (sd_notify(3)), where it asks: a unit of <c>Type=notify</c> is up when the host answers, and not when its process exists.</summary>
internal static class ServiceManager
{
    public static void Tell(string state, Func<string, string?> variable)
    {
        if (variable("NOTIFY_SOCKET") is not { Length: > 1 } path || path[0] is not ('/' or '@')) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An abstract name begins with a NUL in the address, and with an @ in the variable.
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // Nobody listens there: then nobody waits.
        }
    }
}
