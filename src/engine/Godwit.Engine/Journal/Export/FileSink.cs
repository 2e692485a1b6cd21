namespace Godwit.Engine.Journal.Export;

/// <summary>
/// A file that grows with the journal. Each batch is on the disk before it counts; a batch that a crash cut leaves an unfinished line, which the next
/// opening takes away, or whole lines, which the export then goes on from.
/// </summary>
public sealed class FileSink(string path) : IJournalSink
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private FileStream? _stream;
    private FileStream? _lock;
    private long _end;

    public string Name { get; } = Path.GetFullPath(path);

    public Task<SinkPosition?> FindPositionAsync(Guid run, CancellationToken cancellation) => Task.FromResult(Guarded(() => Open(run)));

    public Task WriteAsync(JournalBatch batch, CancellationToken cancellation)
    {
        Guarded(() =>
        {
            var stream = _stream ?? throw new InvalidOperationException("a sink is asked where it stands before it is written to");
            // What a full disk took of a batch is not what the next one goes behind.
            stream.SetLength(_end);
            stream.Position = _end;
            var keys = _keys.ToHashSet(StringComparer.Ordinal);
            stream.Write(JournalText.Write(batch.Records(keys)));
            stream.Flush(flushToDisk: true);
            _end = stream.Length;
            _keys.UnionWith(keys);
            return true;
        });
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync();
        _stream = null;
        // The lock's file stays: removing it would let two writers lock two files of that name.
        if (_lock is not null) await _lock.DisposeAsync();
        _lock = null;
    }

    private SinkPosition? Open(Guid run)
    {
        _stream?.Dispose();
        // A lock on the file itself would keep readers out: of FileShare's values, only None excludes a writer on Linux.
        _lock ??= new FileStream(Name + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var stream = _stream = new FileStream(Name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        TakeAwayUnfinishedLine(stream);
        stream.Position = 0;
        _keys.Clear();
        JournalPosition? last = null;
        var heads = new HashSet<(long, string)>();
        var isEmpty = true;
        foreach (var line in JournalFile.Read(stream))
        {
            switch (line.Record)
            {
                case JournalRecord.Header(var owner) when isEmpty && owner == run: break;
                case JournalRecord.Header(var owner) when isEmpty: throw new JournalSinkException($"{Name} is the journal of run {owner}, not of {run}", mayTryAgain: false);
                case JournalRecord.Key(var key) when !isEmpty: _keys.Add(key.Kid); break;
                case JournalRecord.Entry(var entry) when !isEmpty: last = JournalPosition.Of(entry); break;
                case JournalRecord.Head(var head) when !isEmpty: heads.Add((head.Sequence, head.Kid)); break;
                default: throw new JournalSinkException($"{Name}:{line.Number}: {line.Problem ?? "this is no exported journal"}; name another file", mayTryAgain: false);
            }
            isEmpty = false;
        }
        _end = stream.Length;
        return isEmpty ? null : new SinkPosition(last ?? JournalChain.Start(run), heads);
    }

    private static void TakeAwayUnfinishedLine(FileStream stream)
    {
        var buffer = new byte[JournalText.LongestLine + 1];
        var from = Math.Max(0, stream.Length - buffer.Length);
        stream.Position = from;
        var length = stream.ReadAtLeast(buffer, (int)(stream.Length - from), throwOnEndOfStream: false);
        var end = from + Array.LastIndexOf(buffer, (byte)'\n', length - 1 < 0 ? 0 : length - 1) + 1;
        // No end of a line among so many bytes: that is not what a crash leaves, and reading will say so.
        if (end == from && from > 0) return;
        if (end == 0 && length > 0 && !"{\"header\":"u8.StartsWith(buffer.AsSpan(0, Math.Min(length, 10)))) return;
        if (end < stream.Length) stream.SetLength(end);
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalSinkException($"{Name} cannot be written: {e.Message}", mayTryAgain: true, e);
        }
    }
}
