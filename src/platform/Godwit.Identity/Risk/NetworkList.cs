using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Godwit.Identity.Risk;

/// <summary>Addresses and networks, such as Tor's exits: ranges that are sorted and joined, so that a look takes some twenty comparisons among a million of them. Immutable.</summary>
internal sealed class NetworkList
{
    /// <summary>Lines that a list may have.</summary>
    public const int MostLines = 2_000_000;

    private const int LongestLine = 512;

    // IPv4 stands among the mapped addresses (RFC 4291 section 2.5.5.2): one order for both.
    private readonly UInt128[] _firsts;
    private readonly UInt128[] _lasts;

    private NetworkList(List<(UInt128 First, UInt128 Last)> ranges)
    {
        ranges.Sort();
        var joined = new List<(UInt128 First, UInt128 Last)>(ranges.Count);
        foreach (var range in ranges)
        {
            if (joined.Count > 0 && (joined[^1].Last == UInt128.MaxValue || range.First <= joined[^1].Last + 1)) joined[^1] = (joined[^1].First, UInt128.Max(joined[^1].Last, range.Last));
            else joined.Add(range);
        }
        (_firsts, _lasts) = ([.. joined.Select(r => r.First)], [.. joined.Select(r => r.Last)]);
    }

    public static NetworkList Empty { get; } = new([]);

    /// <summary>Ranges after joining.</summary>
    public int Count => _firsts.Length;

    /// <summary>Reads an address or a network (<c>192.0.2.0/24</c>, <c>2001:db8::/32</c>) a line; what follows # or ; is a remark.</summary>
    /// <exception cref="NetworkListException">A line is something else, with its number; or there are too many.</exception>
    public static NetworkList Read(TextReader lines)
    {
        var ranges = new List<(UInt128, UInt128)>();
        var number = 0;
        while (lines.ReadLine() is { } line)
        {
            if (++number > MostLines) throw new NetworkListException($"there are more than {MostLines} lines");
            if (line.Length > LongestLine) throw new NetworkListException($"line {number} has more than {LongestLine} characters");
            var end = line.AsSpan().IndexOfAny('#', ';');
            var text = line.AsSpan(0, end < 0 ? line.Length : end).Trim();
            if (text.IsEmpty) continue;
            ranges.Add(Range(text) ?? throw new NetworkListException($"line {number} is no address and no network such as 192.0.2.0/24 with only zeros after its prefix"));
        }
        return new NetworkList(ranges);
    }

    public bool Contains(IPAddress address)
    {
        var value = Number(address);
        var at = Array.BinarySearch(_firsts, value);
        if (at < 0) at = ~at - 1;
        return at >= 0 && value <= _lasts[at];
    }

    internal static (UInt128, UInt128)? Range(ReadOnlySpan<char> text)
    {
        // 10.1 and 010.1.1.1 are addresses to some readers and others to others.
        if (text.Contains('/') && IPNetwork.TryParse(text, out var network) && IsPlain(text[..text.IndexOf('/')], network.BaseAddress))
        {
            var bits = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 96 + network.PrefixLength : network.PrefixLength;
            var first = Number(network.BaseAddress);
            return (first, first | (bits == 0 ? UInt128.MaxValue : bits == 128 ? UInt128.Zero : UInt128.MaxValue >> bits));
        }
        return !text.Contains('/') && IPAddress.TryParse(text, out var address) && IsPlain(text, address) ? (Number(address), Number(address)) : null;
    }

    private static bool IsPlain(ReadOnlySpan<char> text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.ContainsAny('%', '[') : text.SequenceEqual(address.ToString());

    internal static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            (bytes[10], bytes[11]) = (0xff, 0xff);
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

/// <summary>A list of networks cannot be read. The message says where.</summary>
internal sealed class NetworkListException(string message, Exception? inner = null) : Exception(message, inner);
