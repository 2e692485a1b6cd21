using Godwit.Model.Findings;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// A SQLite file opened as a source: not a byte of it changes, no file appears or goes beside it, and every connection handed out reads the same
/// commit. <see cref="ReadingMode"/> lists the ways; which one is decided from the header and the files beside it before SQLite opens anything.
/// <para>
/// All readers are opened up front and share one snapshot (see <see cref="SnapshotReaders"/> for why a bracket of PRAGMA data_version equals
/// opening them under one brief write lock). Not thread-safe itself; each connection may be used by one thread at a time.
/// </para>
/// <para>
/// Only <see cref="SourceFile"/> may open the file in this process: another handle on it, closed, would drop the locks that keep the snapshot.
/// Several at once on one file are safe.
/// </para>
/// </summary>
public sealed class SourceFile : IDisposable
{
    private readonly SourceFiles _files;
    private readonly SnapshotReaders _snapshot;
    private readonly PrivateCopy? _copy;
    private readonly Queue<SqliteConnection> _free;
    private readonly Lock _gate = new();

    internal SourceFile(SourceFiles files, ReadingMode mode, SnapshotReaders snapshot, PrivateCopy? copy)
    {
        _files = files;
        _snapshot = snapshot;
        _copy = copy;
        _free = new Queue<SqliteConnection>(snapshot.Readers.Skip(1));
        Fingerprint = snapshot.Fingerprint!;
        Facts = SourceFacts.Read(files.Database, mode, Control, Fingerprint);
    }

    /// <summary>A connection on the snapshot for reading the schema.</summary>
    public SqliteConnection Control => _snapshot.Readers[0];

    public TextEncoding Encoding => Facts.Encoding;

    public SourceFingerprint Fingerprint { get; }

    public SourceFacts Facts { get; }

    /// <summary>Opens a source, or says everything that is known to speak against it. Waits for others' locks up to the busy timeout.</summary>
    /// <exception cref="ArgumentException">The path is empty, or fewer than one reader is asked for.</exception>
    public static SourceOpenResult Open(string path, SourceOpenOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Readers, 1);
        var real = new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : RealPath(path);
        return FileStatus.KindOf(real) switch
        {
            FileKind.Missing => SourceOpenResult.Refused(Recognition.NotADatabase($"{path} does not exist")),
            FileKind.Folder => SourceOpenResult.Refused(Recognition.NotADatabase($"{path} is a folder")),
            FileKind.Special => SourceOpenResult.Refused(Recognition.NotADatabase($"{path} is not a regular file")),
            FileKind.Regular when FileStatus.Of(real) is { Size: 0 } => SourceOpenResult.Refused(Recognition.NotADatabase($"{path} is empty")),
            FileKind.Denied => SourceOpenResult.Refused(Finding.Error(FindingCodes.SourceUnreadable, $"{path} cannot be read: permission denied")),
            _ => new SourceOpening(real, options).Run(),
        };
    }

    /// <summary>A link that leads nowhere, or in a circle, stays what it is and is then found missing.</summary>
    private static string RealPath(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(link);
        }
        catch (IOException)
        {
            return Path.GetFullPath(link);
        }
    }

    /// <summary>A connection in a read transaction on the snapshot. Give it back with <see cref="Return"/>; it is closed with the source.</summary>
    /// <exception cref="InvalidOperationException">More are taken than <see cref="SourceOpenOptions.Readers"/>.</exception>
    public SqliteConnection OpenReader()
    {
        lock (_gate)
            return _free.TryDequeue(out var reader) ? reader : throw new InvalidOperationException("every reader of the source is in use");
    }

    /// <summary>Lets every connection compute a move's transforms. Not while a reader is in use.</summary>
    public void Use(TransformFunctions functions)
    {
        if (functions.IsEmpty) return;
        foreach (var reader in _snapshot.Readers) TransformCall.Register(reader, functions, Encoding);
    }

    /// <summary>Gives a reader back, its statements disposed and its transaction still open.</summary>
    public void Return(SqliteConnection reader)
    {
        if (!_snapshot.Readers.Skip(1).Contains(reader)) throw new ArgumentException("not a reader of this source", nameof(reader));
        lock (_gate) _free.Enqueue(reader);
    }

    /// <summary>
    /// Whether anybody committed since the snapshot, or put another file in its place. A checkpoint of another process counts: it changes the file,
    /// and a false alarm costs a second run where a false silence would cost data.
    /// </summary>
    public bool HasChanged()
    {
        try
        {
            return SourceFingerprint.Read(_files, Facts.Mode == ReadingMode.WriteAheadLog) != Fingerprint || _snapshot.SeesCommit();
        }
        catch (FileNotFoundException)
        {
            return true;
        }
    }

    /// <summary>
    /// Reads every page and reports what is broken; empty for a sound source. Takes a reader for as long as it runs, so that
    /// <see cref="Control"/> and the other readers may be used meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">Every reader is taken.</exception>
    public IReadOnlyList<Finding> QuickCheck(CancellationToken cancellationToken)
    {
        var reader = OpenReader();
        try
        {
            return SourceCheck.Run(reader, cancellationToken);
        }
        finally
        {
            Return(reader);
        }
    }

    public void Dispose()
    {
        _snapshot.Dispose();
        _copy?.Dispose();
        // After the connections: closing a handle drops the process's locks on the file.
        _files.Dispose();
    }
}
