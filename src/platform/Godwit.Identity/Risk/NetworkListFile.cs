using System.Net;

namespace Godwit.Identity.Risk;

/// <summary>
/// A list of networks in a file that somebody else keeps up to date. It is read again when its time or length changed, which is looked at every <see cref="Interval"/> at most, by whoever asks first; meanwhile, and while
/// the file cannot be read, the list that was read last holds. For use by any number of threads.
/// </summary>
internal sealed class NetworkListFile
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Lock _reading = new();
    private volatile NetworkList _list;
    private (DateTime Written, long Length) _seen;
    private long _looked;

    /// <param name="name">What it is called in explanations, such as <c>tor</c>.</param>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="NetworkListException">It cannot be read: at the start that is a fault, and not later.</exception>
    public NetworkListFile(string name, string path, TimeProvider time)
    {
        (Name, _path, _time, _looked) = (name, path, time, time.GetTimestamp());
        (_list, _seen) = Load();
    }

    public string Name { get; }

    /// <summary>Why the file that is there now is not the list that holds; null when it is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Ranges of the list that holds.</summary>
    public int Count => _list.Count;

    public bool Contains(IPAddress address)
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _looked)) >= Interval && _reading.TryEnter())
        {
            try
            {
                Look();
            }
            finally
            {
                _reading.Exit();
            }
        }
        return _list.Contains(address);
    }

    private void Look()
    {
        Interlocked.Exchange(ref _looked, _time.GetTimestamp());
        try
        {
            if (Fault is null && Mark() == _seen) return;
            (_list, _seen) = Load();
            Fault = null;
        }
        catch (NetworkListException e)
        {
            Fault = e.Message;
        }
    }

    private (DateTime, long) Mark()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private (NetworkList, (DateTime, long)) Load()
    {
        try
        {
            // Before it is read: a change meanwhile is seen at the next look.
            var mark = Mark();
            using var reader = new StreamReader(_path);
            return (NetworkList.Read(reader), mark);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NetworkListException($"{_path} cannot be read: {e.Message}", e);
        }
        catch (NetworkListException e)
        {
            throw new NetworkListException($"{_path}: {e.Message}", e);
        }
    }
}
