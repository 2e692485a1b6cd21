using System.Net;

namespace Godwit.Identity.Risk;

/// <summary>A list of networks in a file that somebody else keeps up to date (<see cref="WatchedFile{T}"/>).</summary>
/// <param name="name">What it is called in explanations, such as <c>tor</c>.</param>
/// <param name="path">The file.</param>
/// <param name="time">The clock.</param>
/// <exception cref="NetworkListException">It cannot be read: at the start that is a fault, and not later.</exception>
internal sealed class NetworkListFile(string name, string path, TimeProvider time)
{
    public static readonly TimeSpan Interval = WatchedFile<NetworkList>.Interval;

    private readonly WatchedFile<NetworkList> _file = new(path, NetworkList.Read, time);

    public string Name => name;

    /// <summary>Why the file that is there now is not the list that holds; null when it is.</summary>
    public string? Fault => _file.Fault;

    /// <summary>Ranges of the list that holds.</summary>
    public int Count => _file.Held.Count;

    public bool Contains(IPAddress address) => _file.Current.Contains(address);
}
