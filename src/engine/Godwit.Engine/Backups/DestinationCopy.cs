using System.Security.Cryptography;
using System.Threading.Channels;
using Godwit.Security.Files;

namespace Godwit.Engine.Backups;

/// <summary>
/// One destination while a backup is written to it: a folder under a draft name, renamed when all files are on the disk, and the manifest after that. Each destination
/// writes for itself, so that one that is full, or hangs, does not take the others with it.
/// </summary>
internal sealed class DestinationCopy : IAsyncDisposable
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    private const int Waiting = 16;

    private readonly Channel<Part> _parts = Channel.CreateBounded<Part>(new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _end = new();
    private readonly string _name;
    private readonly Task _writing;
    private readonly TimeSpan _stall;
    private readonly TimeProvider _time;
    private FileStream? _lock;
    private string _draft = "";

    public DestinationCopy(string destination, string name, TimeSpan stall, TimeProvider time)
    {
        (Destination, _name, _stall, _time) = (destination, name, stall, time);
        // A thread of its own: a file system that does not answer blocks it, whatever token is cancelled.
        _writing = Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public string Destination { get; }

    public string Folder => Path.Combine(Destination, _name);

    /// <summary>Why it takes nothing any more.</summary>
    public string? Failure { get; private set; }

    public Task BeginFileAsync(string file) => SendAsync(new Part(file, null));

    public Task SendAsync(byte[] block) => SendAsync(new Part(null, block));

    /// <summary>Puts the whole backup in its place: true once the manifest is there, on the disk.</summary>
    public async Task<bool> FinishAsync(byte[] manifest)
    {
        await SendAsync(new Part(BackupStore.ManifestFile, manifest));
        _parts.Writer.TryComplete();
        if (Failure is null) await LimitAsync(_writing.WaitAsync);
        return Failure is null;
    }

    private async Task SendAsync(Part part)
    {
        if (Failure is null) await LimitAsync(token => _parts.Writer.WriteAsync(part, token).AsTask());
    }

    /// <summary>The wait is for room in the channel: how long the destination took for what was sent before.</summary>
    private async Task LimitAsync(Func<CancellationToken, Task> wait)
    {
        using var limit = new CancellationTokenSource(_stall, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
        try
        {
            await wait(either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            Failure ??= $"it did not take anything for {_stall.TotalSeconds:0} s";
            _parts.Writer.TryComplete();
        }
    }

    private void WriteAll()
    {
        FileStream? file = null;
        try
        {
            Begin();
            while (_parts.Reader.WaitToReadAsync(_end.Token).AsTask().GetAwaiter().GetResult())
            {
                while (_parts.Reader.TryRead(out var part))
                {
                    if (part.File is not null)
                    {
                        Close(ref file);
                        if (part.Block is not null) Publish(part.Block);
                        else file = Make(Path.Combine(_draft, part.File));
                    }
                    else
                    {
                        file!.Write(part.Block!);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            Failure ??= "the backup was given up";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure ??= e.Message;
            _end.Cancel();
        }
        finally
        {
            file?.Dispose();
        }
    }

    private void Begin()
    {
        Directory.CreateDirectory(Destination, FolderMode);
        _draft = Path.Combine(Destination, $".{_name}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}{BackupStore.DraftEnding}");
        Directory.CreateDirectory(_draft, FolderMode);
        _lock = new FileStream(Path.Combine(_draft, BackupStore.LockFile), new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = FileMode });
    }

    private void Publish(byte[] manifest)
    {
        FolderSync.Flush(_draft);
        File.Delete(Path.Combine(_draft, BackupStore.LockFile));
        Directory.Move(_draft, Folder);
        FolderSync.Flush(Destination);
        BackupStore.Replace(Path.Combine(Folder, BackupStore.ManifestFile), manifest);
    }

    private static FileStream Make(string path) => new(path, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = FileMode, BufferSize = 0 });

    private static void Close(ref FileStream? file)
    {
        if (file is null) return;
        file.Flush(flushToDisk: true);
        file.Dispose();
        file = null;
    }

    public async ValueTask DisposeAsync()
    {
        _parts.Writer.TryComplete();
        await _end.CancelAsync();
        // One that hangs is left to itself: its draft is removed next time.
        await Task.WhenAny(_writing, Task.Delay(TimeSpan.FromSeconds(1), _time));
        if (!_writing.IsCompleted) return;
        if (Directory.Exists(_draft)) TryRemove(_draft);
        if (_lock is not null) await _lock.DisposeAsync();
        _end.Dispose();
    }

    private static void TryRemove(string draft)
    {
        try
        {
            Directory.Delete(draft, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk that failed a moment ago; whoever comes next tries again.
            return;
        }
    }

    /// <param name="File">Begins a file; with a block it is the manifest, the last there is.</param>
    /// <param name="Block">Of the file at hand.</param>
    private sealed record Part(string? File, byte[]? Block);
}
