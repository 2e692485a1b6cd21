namespace Godwit.Identity.Risk;

/// <summary>
/// A file that somebody else keeps up to date. It is read again when its time or length changed, which is looked at every <see cref="Interval"/> at most, by whoever asks first; meanwhile, and while it cannot be read, what was
/// read last holds. For use by any number of threads.
/// </summary>
/// <typeparam name="T">What is made of it: immutable.</typeparam>
internal sealed class WatchedFile<T>
    where T : class
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly Func<TextReader, T> _read;
    private readonly TimeProvider _time;
    private readonly Lock _reading = new();
    private volatile T _content;
    private (DateTime Written, long Length) _seen;
    private long _looked;

    /// <param name="path">The file.</param>
    /// <param name="read">Makes something of it; throws <see cref="NetworkListException"/> for what it cannot make anything of.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="NetworkListException">It cannot be read: at the start that is a fault, and not later.</exception>
    public WatchedFile(string path, Func<TextReader, T> read, TimeProvider time)
    {
        (_path, _read, _time, _looked) = (path, read, time, time.GetTimestamp());
        (_content, _seen) = Load();
    }

    /// <summary>Why the file that is there now is not what holds; null when it is.</summary>
    public string? Fault { get; private set; }

    /// <summary>What holds, without looking.</summary>
    public T Held => _content;

    /// <summary>What holds, after a look where one is due.</summary>
    public T Current
    {
        get
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
            return _content;
        }
    }

    private void Look()
    {
        Interlocked.Exchange(ref _looked, _time.GetTimestamp());
        try
        {
            if (Fault is null && Mark() == _seen) return;
            (_content, _seen) = Load();
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

    private (T, (DateTime, long)) Load()
    {
        try
        {
            // Before it is read: a change meanwhile is seen at the next look.
            var mark = Mark();
            using var reader = new StreamReader(_path);
            return (_read(reader), mark);
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
