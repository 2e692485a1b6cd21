using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Engine.Audit;

/// <summary>The first message of a TLS connection (RFC 2246 and RFC 4346, section 7.4.1.2), offering nothing newer than one old version.</summary>
internal static class ClientHello
{
    /// <summary>What services of that time have: ECDHE and RSA with AES-CBC, and 3DES.</summary>
    private static readonly ushort[] s_suites = [0xC014, 0xC013, 0xC00A, 0xC009, 0x0039, 0x0033, 0x0035, 0x002F, 0x000A];

    private static readonly ushort[] s_groups = [0x001D, 0x0017, 0x0018];

    /// <param name="host">Named in the extension server_name (RFC 6066), unless it is an address.</param>
    /// <param name="minor">1 is TLS 1.0, 2 is TLS 1.1.</param>
    public static byte[] Write(string host, byte minor)
    {
        List<byte> body = [3, minor, .. RandomNumberGenerator.GetBytes(32), 0, .. Vector(s_suites), 1, 0];
        List<byte> extensions = [];
        if (Uri.CheckHostName(host) == UriHostNameType.Dns)
        {
            var name = Encoding.ASCII.GetBytes(host);
            extensions.AddRange([0, 0, .. Number(name.Length + 5), .. Number(name.Length + 3), 0, .. Number(name.Length), .. name]);
        }
        var groups = Vector(s_groups);
        extensions.AddRange([0, 10, .. Number(groups.Length), .. groups, 0, 11, 0, 2, 1, 0]);
        body.AddRange([.. Number(extensions.Count), .. extensions]);
        List<byte> handshake = [1, 0, .. Number(body.Count), .. body];
        return [22, 3, 1, .. Number(handshake.Count), .. handshake];
    }

    private static byte[] Vector(ushort[] values) => [.. Number(values.Length * 2), .. values.SelectMany(v => Number(v))];

    private static byte[] Number(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
